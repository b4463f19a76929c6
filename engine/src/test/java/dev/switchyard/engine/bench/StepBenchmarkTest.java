package dev.switchyard.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.tensor.ElementType;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A benchmark trains for real and says what it measured. */
final class StepBenchmarkTest {
  @ParameterizedTest
  @ValueSource(strings = {"cpu", "nd4j"})
  void itMeasuresEveryPartOfAStep(String name) {
    BenchConfig config =
        BenchConfig.defaults()
            .with(
                Map.of(
                    "d_model",
                    32,
                    "d_kv",
                    8,
                    "d_ff",
                    64,
                    "num_layers",
                    2,
                    "num_decoder_layers",
                    2,
                    "vocab_size",
                    100,
                    "batch",
                    2,
                    "input_length",
                    16,
                    "target_length",
                    8));
    try (Backend backend = Backends.open(name, ElementType.FLOAT32);
        StepBenchmark benchmark = new StepBenchmark(config, backend)) {
      BenchResult result = benchmark.run(3, 0.1);
      assertThat(result.forwardMillis()).isPositive();
      assertThat(result.backwardMillis()).isPositive();
      assertThat(result.updateMillis()).isPositive();
      assertThat(result.inferenceMillis()).isPositive();
      assertThat(result.stepMillis()).isGreaterThan(result.backwardMillis());
      assertThat(result.tokensPerSecond())
          .isCloseTo(2 * 24 / (result.stepMillis() / 1e3), within(1e-6));
      assertThat(result.shareOfPeak()).isBetween(0.0, 1.0);
      assertThat(result.droppedFraction()).isBetween(0.0, 1.0);
      assertThat(result.productKernels()).startsWith("OpenBLAS ").isNotEqualTo("OpenBLAS ");
      assertThat(result.heapBytes()).isPositive();
    }
  }
}
