package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run is paused, looked at, changed and resumed. */
@Timeout(180)
final class RunChangeTest {
  private static final Map<String, String> CHANGE =
      Map.of(
          "learning_rate", "0.003",
          "capacity_factor", "0.75",
          "router_jitter_noise", "0.2",
          "router_aux_loss_coef", "0.05",
          "router_z_loss_coef", "0.001");

  @TempDir Path folder;
  private Path text;
  private Path whole;
  private Path broken;

  @BeforeEach
  void writeText() {
    text = TinyRun.text(folder);
    whole = folder.resolve("whole");
    broken = folder.resolve("broken");
  }

  @Test
  void pausedInspectedExploredAndResumedItIsBitForBitTheUninterruptedRun() throws Exception {
    train(TinyRun.config(text));
    try (TrainingRun run = TrainingRuns.create(TinyRun.config(text), broken)) {
      steps(run, 6);
      Path weights = run.currentWeights().get();
      assertThat(weights).endsWithRaw(Path.of("step-6"));
      assertThat(Checkpoint.open(weights).state().step()).isEqualTo(6);
      try (Microscope microscope = run.microscope()) {
        assertThat(microscope.route(Microscope.Request.of("a wagon waits")).get().layers())
            .isNotEmpty();
      }
      finish(run);
    }
    assertSame(broken, whole);
    assertThat(RunHistory.events(broken)).noneMatch(event -> event.kind().equals("changed"));
  }

  /** On one device and on a mesh, where every device must hear of it. */
  @ParameterizedTest
  @ValueSource(strings = {"devices 1", "devices 4 mesh data=2,expert=2"})
  void changedAtAPauseItIsTheRunThatIsStoppedAndResumedWithTheChange(String devices)
      throws Exception {
    RunConfig config = TinyRun.config(text, (Object[]) devices.split(" "));
    try (TrainingRun run = TrainingRuns.create(config, whole)) {
      steps(run, 6);
      run.change(CHANGE);
      finish(run);
      assertThat(run.config().training().learningRate()).isEqualTo(0.003);
    }
    try (TrainingRun run = TrainingRuns.create(config, broken)) {
      steps(run, 6);
      run.stop();
      run.await();
    }
    try (TrainingRun run = TrainingRuns.reopen(broken, null, CHANGE)) {
      finish(run);
    }
    assertSame(broken, whole);
    assertThat(RunFolder.checkpoints(whole).list()).containsKey(6L);
    RunEvent told = changed(whole);
    assertThat(told.step()).isEqualTo(6);
    assertThat(told.text()).contains("learning_rate 0.01 → 0.003", "capacity_factor 1.25 → 0.75");
    assertThat(told.figures())
        .containsEntry("router_aux_loss_coef", 0.05)
        .containsEntry("router_aux_loss_coef_before", 0.01);
    assertThat(changed(broken).text()).isEqualTo(told.text());
    assertThat(RunDescription.read(whole).config().routing().capacityFactor()).isEqualTo(0.75);

    // From the change on it is another run: the rate at once, the room in the next step.
    List<StepReport> reports = RunHistory.reports(whole);
    assertThat(reports.get(6).learningRate()).isLessThan(0.4 * reports.get(5).learningRate());
    assertThat(reports.get(6).model().layers().getFirst().capacity())
        .isLessThan(reports.get(5).model().layers().getFirst().capacity());
  }

  @Test
  void aChangeOutlivesTheStepsThatAreDoneAgainAfterADamagedCheckpoint() throws Exception {
    try (TrainingRun run = TrainingRuns.create(TinyRun.config(text), broken)) {
      steps(run, 7);
      run.change(Map.of("learning_rate", "0.001"));
      run.stop();
      run.await();
    }
    Path weights = broken.resolve("checkpoints/step-7/model.safetensors");
    byte[] bytes = java.nio.file.Files.readAllBytes(weights);
    bytes[bytes.length - 5] ^= 1;
    java.nio.file.Files.write(weights, bytes);
    try (TrainingRun run = TrainingRuns.reopen(broken, null)) {
      assertThat(run.step()).isEqualTo(5);
      finish(run);
    }
    assertThat(RunHistory.events(broken))
        .filteredOn(event -> event.text().equals("learning_rate 0.01 → 0.001"))
        .singleElement()
        .satisfies(event -> assertThat(event.step()).isEqualTo(5));
  }

  @Test
  void whatCanNotChangeIsSaidAtOnceAndTheRunGoesOn() throws Exception {
    try (TrainingRun run = TrainingRuns.create(TinyRun.config(text), broken)) {
      refused(run, Map.of("num_experts", "8"), "num_experts can't change");
      refused(run, Map.of("learning_rate", "fast"), "learning_rate is \"fast\"");
      refused(run, Map.of("capacity_factor", "0"), "must be between 0.01 and 1000");
      refused(run, Map.of("learning_rate", "0.01"), "Nothing would change");
      finish(run);
    }
    assertThatThrownBy(() -> TrainingRuns.reopen(broken, 20L, Map.of("seed", "2")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("seed can't change");
    RunConfig dropless = TinyRun.config(text, "capacity_rule", "dropless", "exploration", "argmax");
    assertThatThrownBy(() -> RunChange.of(dropless, Map.of("capacity_factor", "2")))
        .hasMessageContaining("capacity_rule is dropless");
    assertThatThrownBy(() -> RunChange.of(dropless, Map.of("router_jitter_noise", "0.1")))
        .hasMessageContaining("exploration is argmax");
  }

  private static void refused(TrainingRun run, Map<String, String> change, String why) {
    assertThatThrownBy(() -> run.change(change))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(why);
  }

  private static RunEvent changed(Path run) {
    return RunHistory.events(run).stream()
        .filter(event -> event.kind().equals("changed"))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  private void train(RunConfig config) throws InterruptedException {
    try (TrainingRun run = TrainingRuns.create(config, whole)) {
      finish(run);
    }
  }

  private static void finish(TrainingRun run) throws InterruptedException {
    run.start();
    run.resume();
    assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
  }

  private static void steps(TrainingRun run, int count) throws InterruptedException {
    RunWatch watch = RunWatch.of(run);
    for (int i = 0; i < count; i++) {
      run.singleStep();
      watch.next(RunState.RUNNING);
      watch.next(RunState.PAUSED);
    }
  }

  private static void assertSame(Path actual, Path expected) throws IOException {
    assertThat(RunHistory.reports(actual).stream().map(TinyRun::timeless))
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyElementsOf(
            RunHistory.reports(expected).stream().map(TinyRun::timeless).toList());
    Path last = RunFolder.checkpoints(actual).newest();
    Path same = RunFolder.checkpoints(expected).newest();
    for (String file : List.of(Checkpoint.MODEL, Checkpoint.TWIN, Checkpoint.OPTIMIZER)) {
      assertThat(last.resolve(file)).hasSameBinaryContentAs(same.resolve(file));
    }
  }
}
