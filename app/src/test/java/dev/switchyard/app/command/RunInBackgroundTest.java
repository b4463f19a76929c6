package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.app.command.Session.Result;
import dev.switchyard.app.workbench.Home;
import dev.switchyard.app.workbench.LocalWorkbench;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the desktop does with a run in training, done from a terminal, and in the background. */
@Timeout(180)
final class RunInBackgroundTest {
  @TempDir Path folder;

  /** Without evaluations and checkpoints of its own: it trains until somebody asks it to stop. */
  private Path stopped(Session session, int steps) throws Exception {
    Path run = folder.resolve("run");
    Result trained =
        session.run(
            "train",
            "--data",
            Session.documents(folder.resolve("texts")).toString(),
            "--preset",
            "tiny",
            "--steps",
            Integer.toString(steps),
            "--set",
            "eval_every=0",
            "--set",
            "probes=Wagon 7 goes | the points are set",
            "--set",
            "probe_every=2",
            "--out",
            run.toString());
    assertThat(trained.code()).as(trained.err()).isZero();
    return run;
  }

  @Test
  void aRunGoesOnInAProcessOfItsOwnAndIsAskedToStop() throws Exception {
    Session session = new Session(folder);
    Path run = stopped(session, 4);
    try (LocalWorkbench workbench = new LocalWorkbench(new Home(folder))) {
      assertThatThrownBy(() -> workbench.goOnInBackground(run))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("has done 4 steps");
      workbench.reopen(run, 1_000_000L).close();

      workbench.goOnInBackground(run);

      assertThat(workbench.isTrainedElsewhere(run)).isTrue();
      try (TrainingRun watched = workbench.watch(run)) {
        assertThat(session.run("ask", run.toString(), "dance").err()).contains("pause, resume");
        assertThat(session.run("ask", run.toString(), "stop").code()).isZero();
        assertThat(watched.await()).isEqualTo(RunState.FINISHED);
        assertThat(watched.step()).isGreaterThanOrEqualTo(4);
      }
      Result again = session.run("ask", run.toString(), "stop");
      assertThat(again.code()).isEqualTo(2);
      assertThat(again.err()).contains("Nobody trains");
    }
  }

  @Test
  void resumeChangesSettingsAndProbesAreShown() throws Exception {
    Session session = new Session(folder);
    Path run = stopped(session, 4);
    Result refused =
        session.run("resume", run.toString(), "--steps", "6", "--set", "num_experts=8");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("num_experts can't change").hasLineCount(1);

    Result resumed =
        session.run("resume", run.toString(), "--steps", "6", "--set", "learning_rate=0.001");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(run.resolve("events.jsonl"))
        .content()
        .contains(
            "\"kind\":\"changed\"", "\"learning_rate\":0.001", "\"learning_rate_before\":0.005");

    List<String> lines = session.run("probes", run.toString()).lines();
    assertThat(lines.getFirst()).isEqualTo("probe 1, decoder.block.1");
    assertThat(lines.get(1)).matches("step +0 +2 +4 +6");
    assertThat(lines).contains("probe 2, decoder.block.1").anyMatch(l -> l.startsWith("changed"));
    assertThat(session.run("probes", run.toString(), "--json").lines()).hasSize(4);
    assertThat(session.run("probes", run.toString(), "--layer", "encoder.block.9").err())
        .contains("There is no Switch layer", "encoder.block.1");
  }

  @Test
  void aRunThatNobodyKnowsCanNotBeAsked() {
    Result asked = new Session(folder).run("ask", "nothing", "pause");
    assertThat(asked.code()).isEqualTo(2);
    assertThat(asked.err()).contains("There is no run");
  }
}
