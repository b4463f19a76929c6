package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.ChildJvm;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was stopped or killed at any moment goes on as if it had never been. */
@Timeout(180)
final class ResumeTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "adafactor"})
  void stoppedTwiceAndResumedIsBitForBitTheUninterruptedRun(String optimizer) throws Exception {
    RunConfig config = TinyRun.config(text, "optimizer", optimizer);
    train(config, whole);

    try (TrainingRun first = TrainingRuns.create(config, broken)) {
      steps(first, 7);
      first.stop();
      assertThat(first.await()).isEqualTo(RunState.FINISHED);
    }
    try (TrainingRun second = TrainingRuns.reopen(broken, null)) {
      assertThat(second.step()).isEqualTo(7);
      assertThat(second.reports()).hasSize(7);
      steps(second, 1);
    }
    resume(broken, null);

    assertSame(broken, whole);
  }

  /** Selection biases are state that no gradient moves; a tree's routers have another shape. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "selection top_2 exploration sample",
        "selection top_k router_bias_update_rate 0.01",
        "selection tree capacity_rule dropless"
      })
  void aRunWithAnotherRoutingGoesOnAsItself(String settings) throws Exception {
    Object[] changes = settings.split(" ");
    RunConfig config = TinyRun.config(text, changes);
    train(config, whole);
    try (TrainingRun first = TrainingRuns.create(config, broken)) {
      steps(first, 7);
    }
    resume(broken, null);
    assertSame(broken, whole);
  }

  @Test
  void killedBetweenCheckpointsTheStepsSinceTheLastAreDoneAgain() throws Exception {
    RunConfig config = TinyRun.config(text);
    train(config, whole);
    Path killed = folder.resolve("killed");
    try (TrainingRun first = TrainingRuns.create(config, killed)) {
      RunWatch watch = RunWatch.of(first);
      steps(first, 8);
      watch.step(8);
      // What the disk holds at this moment is what a killed process would leave.
      copy(killed, broken);
    }
    assertThat(RunFolder.checkpoints(broken).newest()).endsWithRaw(Path.of("step-5"));

    resume(broken, null);

    assertSame(broken, whole);
    assertThat(RunHistory.events(broken))
        .extracting(RunEvent::kind)
        .contains("resumed")
        .endsWith("finished");
  }

  @Test
  void killedBeforeItsFirstCheckpointItBeginsAgain() throws Exception {
    RunConfig config = TinyRun.config(text);
    train(config, whole);
    try (TrainingRun begun = TrainingRuns.create(config, folder.resolve("begun"))) {
      Files.createDirectories(broken);
      Files.copy(begun.folder().resolve(RunFolder.RUN), broken.resolve(RunFolder.RUN));
    }
    resume(broken, null);

    assertSame(broken, whole);
  }

  @Test
  void killedBeforeItWasARunItsFolderIsFreeForOne() throws Exception {
    Files.createDirectories(broken);
    Files.writeString(broken.resolve("run.lock"), "");
    Files.writeString(broken.resolve(".unfinished-run.json-0"), "{");
    train(TinyRun.config(text, "steps", 2), broken);

    assertThat(RunHistory.reports(broken)).hasSize(2);
  }

  @Test
  void killedByTheSystemInTheMiddleOfAStep() throws Exception {
    Process child =
        ChildJvm.running(ChildRun.class, text.toString(), broken.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader said = child.inputReader()) {
      waitFor("step 23", said);
      assertThatThrownBy(() -> TrainingRuns.reopen(broken, null))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is being trained by another process")
          .hasMessageContaining(Long.toString(child.pid()));
      assertThat(RunHistory.state(broken, RunHistory.events(broken))).isEqualTo("running");
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(RunHistory.state(broken, RunHistory.events(broken))).isEqualTo("interrupted");

    // Wherever the child was: some steps more than its last checkpoint.
    Path last = RunFolder.checkpoints(broken).newest();
    long steps = Checkpoint.open(last).state().step() + 7;
    resume(broken, steps);
    train(TinyRun.config(text, "steps", steps), whole);

    assertSame(broken, whole);
  }

  /** Trains in a process of its own, without end, until it is killed. */
  static final class ChildRun {
    public static void main(String[] arguments) throws Exception {
      RunConfig config = TinyRun.config(Path.of(arguments[0]), "steps", 1_000_000);
      try (TrainingRun run = TrainingRuns.create(config, Path.of(arguments[1]))) {
        var unused =
            run.listen(
                new RunListener() {
                  @Override
                  public void onStep(StepReport report) {
                    System.out.println("step " + report.step());
                  }
                });
        run.start();
        run.await();
        run.failure().ifPresent(System.out::println);
      }
    }
  }

  private static void waitFor(String line, BufferedReader said) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String each = said.readLine(); each != null; each = said.readLine()) {
      if (each.equals(line)) {
        return;
      }
      all.append(each).append('\n');
    }
    throw new AssertionError("The child never said \"" + line + "\":\n" + all);
  }

  @Test
  void aDamagedCheckpointIsPassedOverAndTheHistorySaysSo() throws Exception {
    RunConfig config = TinyRun.config(text);
    train(config, whole);
    try (TrainingRun first = TrainingRuns.create(config, broken)) {
      steps(first, 11);
      first.stop();
      first.await();
    }
    Path weights = broken.resolve("checkpoints/step-11/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 5] ^= 1;
    Files.write(weights, bytes);

    resume(broken, null);

    assertSame(broken, whole);
    assertThat(RunHistory.events(broken))
        .filteredOn(e -> e.kind().equals("changed"))
        .singleElement()
        .satisfies(
            e ->
                assertThat(e.text())
                    .contains("step 10", "step-11/model.safetensors", "tensor", "damaged"));
  }

  @Test
  void aFinishedRunGoesOnWithMoreStepsAndOnlyWithMore() throws Exception {
    train(TinyRun.config(text, "steps", 20), whole);
    train(TinyRun.config(text, "steps", 12), broken);
    assertThatThrownBy(() -> TrainingRuns.reopen(broken, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has done 12 steps");
    assertThatThrownBy(() -> TrainingRuns.reopen(broken, 11L))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("larger total");

    resume(broken, 20L);

    assertThat(RunDescription.read(broken).config().training().steps()).isEqualTo(20);
    assertSame(broken, whole);
  }

  @Test
  void otherDataIsRefusedAndTheRunIsLeftAsItWas() throws Exception {
    try (TrainingRun first = TrainingRuns.create(TinyRun.config(text), broken)) {
      steps(first, 3);
      first.stop();
      first.await();
    }
    String original = Files.readString(text);
    Files.writeString(text, original.replace("wagon", "WAGON"));
    assertThatThrownBy(() -> TrainingRuns.reopen(broken, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("text.txt");
    Files.writeString(text, original);
    resume(broken, null);
    assertThat(RunHistory.reports(broken)).hasSize(12);
  }

  @Test
  void twoRunsOfOneFolderAreRefused() {
    try (TrainingRun first = TrainingRuns.create(TinyRun.config(text), broken)) {
      assertThat(first.state()).isEqualTo(RunState.READY);
      assertThatThrownBy(() -> TrainingRuns.reopen(broken, null))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("open in this program already");
    }
  }

  private static void train(RunConfig config, Path folder) throws InterruptedException {
    try (TrainingRun run = TrainingRuns.create(config, folder)) {
      run.start();
      assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
    }
  }

  private static void resume(Path folder, Long steps) throws InterruptedException {
    try (TrainingRun run = TrainingRuns.reopen(folder, steps)) {
      run.start();
      assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
    }
  }

  private static void steps(TrainingRun run, int count) throws InterruptedException {
    RunWatch watch = RunWatch.of(run);
    for (int i = 0; i < count; i++) {
      run.singleStep();
      watch.next(RunState.RUNNING);
      watch.next(RunState.PAUSED);
    }
  }

  /** Every step once with the same figures, and the same weights and moments at the end. */
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

  private static void copy(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.toList();
    }
    for (Path each : all) {
      // Reading the lock file in this process would give the run's lock up.
      if (!each.endsWith("run.lock")) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }
}
