package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.backend.cuda.EmulatedCuda;
import dev.switchyard.engine.backend.cuda.EmulatedGpus;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Virtual devices on one (emulated) GPU, and several GPUs, train as virtual devices on the
 * processor do: what they exchange never leaves the GPUs.
 */
@Timeout(120)
final class CudaMeshTest {
  private static final int STEPS = 2;
  // The whole model has a backend of its own, beside those of the ranks.
  private static final int WHOLE = 4;

  // AdamW's first steps move a weight by the learning rate whatever its gradient's size: where a
  // gradient is almost 0, rounding decides the sign.
  private static final double LEARNING_RATE = 1e-3;
  private static final double ROUNDING = 2e-5;

  @TempDir Path folder;

  private Map<String, float[]> train(
      String layout, boolean zero1, IntFunction<Backend> open, Supplier<Transport> transport) {
    RunConfig config =
        TinyRun.config(TinyRun.text(folder), "routing_groups", 4, "vocab_size", 300)
            .with(Map.of("devices", 4, "mesh", layout, "zero1", zero1));
    Map<String, float[]> weights = new LinkedHashMap<>();
    try (Backend whole = open.apply(WHOLE);
        Devices devices =
            new Devices(
                "mesh",
                config.parallel(),
                transport.get(),
                (rank, cores) -> open.apply(rank.number()));
        MeshLearner learner = new MeshLearner("model", config.model(), config, devices, whole)) {
      for (int step = 1; step <= STEPS; step++) {
        learner.compute(MeshFailureTest.batch(), step);
        learner.update(step, LEARNING_RATE);
      }
      for (Parameter parameter : learner.model().parameters()) {
        weights.put(parameter.name(), whole.floats(parameter.value()));
      }
    }
    return weights;
  }

  @ParameterizedTest
  @CsvSource({"'data=2,expert=2', false", "'expert=2,model=2', false", "data=4, true"})
  void theGpusRanksLearnWhatTheProcessorsLearn(String layout, boolean zero1) {
    Map<String, float[]> onGpu =
        train(layout, zero1, rank -> EmulatedCuda.backend(), EmulatedCuda::transport);
    Map<String, float[]> onCpu =
        train(
            layout,
            zero1,
            rank -> Backends.openForExchange("cpu", ElementType.FLOAT32, 1, 0, 1),
            () -> Transport.HOST);
    areAlike(onGpu, onCpu);
    EmulatedGpus gpus = new EmulatedGpus();
    areAlike(train(layout, zero1, gpus::backend, gpus::transport), onCpu);
    assertThat(gpus.sums()).as("sums by NCCL").isPositive();
  }

  private static void areAlike(Map<String, float[]> some, Map<String, float[]> others) {
    assertThat(some.keySet()).isEqualTo(others.keySet());
    others.forEach(
        (name, expected) ->
            assertThat(apart(some.get(name), expected)).as(name).isLessThan(ROUNDING));
  }

  /** The root mean square of the difference. */
  private static double apart(float[] some, float[] others) {
    double sum = 0;
    for (int i = 0; i < some.length; i++) {
      sum += (some[i] - others[i]) * (double) (some[i] - others[i]);
    }
    return Math.sqrt(sum / some.length);
  }
}
