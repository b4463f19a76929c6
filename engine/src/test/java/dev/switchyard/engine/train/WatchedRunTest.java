package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.ChildJvm;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.store.RunRequests;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run that another process trains is found, followed, steered, and seen to end. */
@Timeout(180)
final class WatchedRunTest {
  @TempDir Path folder;

  @Test
  void aRunOfAnotherProcessIsFollowedPausedResumedAndStopped() throws Exception {
    Path text = TinyRun.text(folder);
    Path run = folder.resolve("run");
    Process child = child(text, run);
    try (BufferedReader said = child.inputReader()) {
      String first = said.readLine();
      assertThat(first).isEqualTo("step 1");
      assertThat(RunHistory.isInTrainingElsewhere(run)).isTrue();
      // Nobody must wait for a child that can't write.
      Thread reader =
          Thread.ofPlatform().name("reader").daemon().start(() -> said.lines().forEach(line -> {}));
      try (TrainingRun watched = TrainingRuns.watch(run)) {
        assertThat(watched.isTrainedHere()).isFalse();
        RunWatch watch = RunWatch.of(watched);
        watch.step(watched.step() + 5);
        assertThatThrownBy(() -> watched.change(Map.of("learning_rate", "0.001")))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("trained by another process");
        watched.pause();
        watch.next(RunState.PAUSED);
        assertThat(RunHistory.state(run, RunHistory.events(run))).isEqualTo("paused");
        watched.resume();
        watch.next(RunState.RUNNING);
        watched.stop();
        assertThat(watched.await()).isEqualTo(RunState.FINISHED);
        assertThat(child.waitFor()).isZero();
        assertThat(watched.reports())
            .extracting(StepReport::step)
            .isSorted()
            .doesNotHaveDuplicates()
            .startsWith(1L);
        assertThat(watched.step()).isEqualTo(RunHistory.lastReport(run).orElseThrow().step());
        assertThat(watched.events())
            .extracting(RunEvent::kind)
            .startsWith("started")
            .contains("paused", "resumed")
            .endsWith("checkpoint", "stopped");
        assertThat(watched.probes()).isNotEmpty();
      }
      reader.join();
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThatThrownBy(() -> TrainingRuns.watch(run))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("No other process trains");
    assertThatThrownBy(() -> RunRequests.ask(run, RunRequests.Request.PAUSE))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Nobody trains");
  }

  @Test
  void aProcessThatIsKilledLeavesAWatchedRunThatSaysSo() throws Exception {
    Path text = TinyRun.text(folder);
    Path run = folder.resolve("run");
    Process child = child(text, run);
    try (BufferedReader said = child.inputReader()) {
      assertThat(said.readLine()).isEqualTo("step 1");
      try (TrainingRun watched = TrainingRuns.watch(run)) {
        child.destroyForcibly().waitFor();
        assertThat(watched.await()).isEqualTo(RunState.FAILED);
        assertThat(watched.failure().orElseThrow())
            .contains("ended without a word", "open the run");
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void aRunWhoseFolderIsDeletedSaysSoWhereItIsTrainedAndWhereItIsFollowed() throws Exception {
    Path text = TinyRun.text(folder);
    Path run = folder.resolve("run");
    Process child = child(text, run);
    try (BufferedReader said = child.inputReader()) {
      assertThat(said.readLine()).isEqualTo("step 1");
      try (TrainingRun watched = TrainingRuns.watch(run)) {
        Files.move(run, folder.resolve("away"));
        assertThat(watched.await()).isEqualTo(RunState.FAILED);
        assertThat(watched.failure().orElseThrow()).contains(run + " was deleted or moved away");
      }
      assertThat(said.lines()).last().asString().contains(run + " was deleted or moved away");
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(run).doesNotExist();
  }

  private static Process child(Path text, Path run) throws Exception {
    return ChildJvm.running(ResumeTest.ChildRun.class, text.toString(), run.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
