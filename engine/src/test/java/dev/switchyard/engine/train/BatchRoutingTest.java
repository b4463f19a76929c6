package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepRouting.Layer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who asks sees where every token of a training step's batch went. */
@Timeout(120)
final class BatchRoutingTest {
  @TempDir Path folder;

  private TrainingRun run(String name, Object... changes) {
    RunConfig config = TinyRun.config(TinyRun.text(folder), changes);
    return TrainingRuns.create(
        config.with(
            Map.of(
                "batch_size", 8, "steps", 3, "eval_every", 0, "twin", false, "capacity_factor", 1)),
        folder.resolve(name));
  }

  private static BatchRouting second(TrainingRun run) throws Exception {
    run.singleStep();
    CompletableFuture<BatchRouting> asked = run.nextBatch();
    run.singleStep();
    return asked.get();
  }

  @Test
  void partsOfABatchOnWhateverDevicesAreSeenAsTheWhole() throws Exception {
    try (TrainingRun whole = run("whole", "routing_groups", 4);
        TrainingRun parts = run("parts", "micro_batches", 4);
        TrainingRun mesh = run("mesh", "devices", 4, "mesh", "data=2,expert=2")) {
      BatchRouting expected = second(whole);
      assertThat(expected.step()).isEqualTo(2);
      assertThat(expected.rows()).isEqualTo(8);
      assertThat(expected.encoderTokens()).hasSize(8 * 32);
      assertThat(expected.layerNames()).containsExactly("encoder.block.1", "decoder.block.1");
      assertSame(second(parts), expected);
      assertSame(second(mesh), expected);
    }
  }

  private static void assertSame(BatchRouting actual, BatchRouting expected) {
    assertThat(actual.encoderTokens()).isEqualTo(expected.encoderTokens());
    assertThat(actual.decoderTokens()).isEqualTo(expected.decoderTokens());
    assertThat(actual.layerNames()).isEqualTo(expected.layerNames());
    for (int l = 0; l < expected.layers().size(); l++) {
      Layer mine = actual.layers().get(l);
      Layer theirs = expected.layers().get(l);
      assertThat(mine.expert()).isEqualTo(theirs.expert());
      assertThat(mine.position()).isEqualTo(theirs.position());
      assertThat(mine.capacity()).isEqualTo(theirs.capacity());
    }
  }

  @Test
  void aTokenIsShownAtTheExpertThatTookItAndWithinItsCapacity() throws Exception {
    try (TrainingRun second = run("second", "selection", "no_token_left_behind");
        TrainingRun room = run("room", "capacity_rule", "dropless", "micro_batches", 4)) {
      int elsewhere = 0;
      for (Layer layer : second(second).layers()) {
        for (int choice = 0; choice < layer.expert().length; choice++) {
          if (layer.slot()[choice] >= 0) {
            int token = choice / layer.choices();
            assertThat(layer.expert(token)).isEqualTo(layer.expert()[choice]);
            elsewhere += choice % layer.choices() == 0 ? 0 : 1;
          }
        }
      }
      assertThat(elsewhere).as("tokens that their first expert had no room for").isPositive();
      for (Layer layer : second(room).layers()) {
        assertThat(layer.dropped()).isZero();
        assertThat(IntStream.of(layer.position()).max()).hasValue(layer.capacity() - 1);
      }
    }
  }

  @Test
  void droppedTokensAreThoseOfTheStepsReport() throws Exception {
    try (TrainingRun run = run("drops")) {
      BatchRouting routing = second(run);
      run.singleStep();
      run.await();
      List<LayerReport> reported = run.reports().get(1).model().layers();
      int dropped = 0;
      for (int l = 0; l < reported.size(); l++) {
        Layer layer = routing.layers().get(l);
        dropped += layer.dropped();
        assertThat((double) layer.dropped() / layer.routed())
            .isCloseTo(reported.get(l).droppedFraction(), within(1e-6));
      }
      assertThat(dropped).as("a capacity factor of 1 leaves some out").isPositive();
    }
  }

  @Test
  void afterTheLastStepThereIsNoNextBatch() throws Exception {
    try (TrainingRun run = run("over")) {
      run.start();
      run.await();
      CompletableFuture<BatchRouting> waiting = run.nextBatch();
      assertThatThrownBy(waiting::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(InputException.class)
          .hasMessageContaining("no next batch");
    }
    TrainingRun closed = run("closed");
    CompletableFuture<BatchRouting> before = closed.nextBatch();
    closed.close();
    assertThat(before).isCompletedExceptionally();
    assertThat(closed.nextBatch()).isCompletedExceptionally();
  }
}
