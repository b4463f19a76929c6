package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.workbench.Home;
import dev.switchyard.app.workbench.LocalWorkbench;
import dev.switchyard.app.workbench.Presets;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, as the JVM's shutdown hook hears it. */
final class InterruptionTest {
  @TempDir Path folder;

  @Test
  void anInterruptedRunTakesACheckpointAndTheJvmWaitsForTheLastWords() throws Exception {
    Path text = Files.writeString(folder.resolve("text.txt"), "One track a token.\n".repeat(300));
    Map<String, Object> settings = new HashMap<>(Presets.settings("tiny", true));
    settings.put("data", text.toString());
    settings.put("steps", 1_000_000);
    settings.put("eval_every", 0);
    settings.put("checkpoint_every", 1_000_000);
    try (LocalWorkbench workbench = new LocalWorkbench(new Home(folder));
        TrainingRun run =
            workbench.create(RunConfig.defaults().with(settings), folder.resolve("run"))) {
      Interruption interruption = Interruption.stops(run);
      run.start();
      Thread hook = Thread.ofPlatform().name("hook").start(interruption::stopAndWait);

      assertThat(run.await()).isEqualTo(RunState.FINISHED);
      assertThat(run.folder().resolve("checkpoints/step-" + run.step())).isDirectory();
      assertThat(hook.isAlive()).isTrue();
      assertThat(interruption.happened()).isTrue();

      interruption.close();
      assertThat(hook.join(Duration.ofSeconds(30))).isTrue();
    }
  }
}
