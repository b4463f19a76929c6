package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch in parts is the same step as the whole batch in so many routing groups. */
@Timeout(120)
final class MicroBatchesTest {
  /** Sums of floats in another order: a few units in the last place of their largest terms. */
  private static final double CLOSE = 1e-5;

  @TempDir Path folder;

  private List<StepReport> run(String name, Object... changes) throws Exception {
    RunConfig config =
        TinyRun.config(TinyRun.text(folder), changes)
            .with(
                java.util.Map.of(
                    "optimizer", "adafactor", "steps", 4, "batch_size", 8, "eval_every", 0));
    try (TrainingRun run = TrainingRuns.create(config, folder.resolve(name))) {
      run.start();
      run.await();
      return run.reports();
    }
  }

  @ParameterizedTest
  @CsvSource({"span_corruption, true", "span_corruption, false"})
  void lossesGradientsAndUpdatesAreThoseOfTheWholeBatch(String objective, boolean packed)
      throws Exception {
    // Dropout and jitter are on: their random numbers are those of the rows in the whole batch.
    Object[] whole = {
      "objective",
      objective,
      "pack_documents",
      packed,
      "routing_groups",
      4,
      "router_z_loss_coef",
      0.1
    };
    Object[] parts = {
      "objective",
      objective,
      "pack_documents",
      packed,
      "micro_batches",
      4,
      "router_z_loss_coef",
      0.1
    };
    List<StepReport> expected = run("whole", whole);
    List<StepReport> actual = run("parts", parts);
    assertThat(actual).hasSize(4);
    for (int step = 0; step < 4; step++) {
      assertClose(actual.get(step).model(), expected.get(step).model());
      assertClose(actual.get(step).twin(), expected.get(step).twin());
    }
  }

  private static void assertClose(ModelReport actual, ModelReport expected) {
    assertClose("loss", actual.loss(), expected.loss());
    assertClose("cross entropy", actual.crossEntropy(), expected.crossEntropy());
    assertClose("gradient norm", actual.gradientNorm(), expected.gradientNorm());
    assertClose("balancing", actual.loadBalancingLoss(), expected.loadBalancingLoss());
    assertClose("z-loss", actual.zLoss(), expected.zLoss());
    assertClose("dropped", actual.droppedFraction(), expected.droppedFraction());
    assertThat(actual.tokens()).isEqualTo(expected.tokens());
    for (int i = 0; i < expected.layers().size(); i++) {
      float[] load = expected.layers().get(i).load();
      for (int e = 0; e < load.length; e++) {
        assertClose("load", actual.layers().get(i).load()[e], load[e]);
      }
    }
  }

  private static void assertClose(String what, double actual, double expected) {
    assertThat(actual)
        .as(what)
        .isEqualTo(expected, within(CLOSE * Math.max(1, Math.abs(expected))));
  }

  @Test
  void moreMicroBatchesThanRowsAreRefused() {
    RunConfig config = TinyRun.config(TinyRun.text(folder), "batch_size", 3, "micro_batches", 4);
    assertThatThrownBy(() -> TrainingRuns.check(config))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("batch_size is 3")
        .hasMessageContaining("4 micro_batches");
  }
}
