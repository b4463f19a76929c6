package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.command.Session.Result;
import dev.switchyard.app.workbench.Presets;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench.Preset;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command explains itself. */
final class HelpTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train", "resume", "eval", "route", "runs", "compare", "samples", "corpus", "demo", "bench",
        "plan", "probes", "ask"
      })
  void everyCommandHasHelpThatFitsATerminal(String command) {
    Result help = new Session(folder).run(command, "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).startsWith("Usage: switchyard " + command);
    assertThat(help.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void theProgramListsItsCommandsAndItsVersion() {
    Session session = new Session(folder);
    assertThat(session.run("--help").out()).contains("train", "resume", "eval", "route", "runs");
    assertThat(session.run("--version").out()).matches("(?s)switchyard \\d+\\.\\d+.*Java 25.*");
  }

  @Test
  void trainListsEverySettingWithItsDefaultAndAllPresets() {
    String help = new Session(folder).run("train", "--help").out();
    for (SettingDescription setting : RunConfig.describe()) {
      assertThat(help).contains("  " + setting.name() + " = " + setting.defaultValue());
    }
    for (Preset preset : Presets.all()) {
      assertThat(help).contains("\n  " + preset.name() + "\n");
    }
  }

  @Test
  void presetsAreSettingsThatFitTogether() {
    for (Preset preset : Presets.all()) {
      assertThat(RunConfig.defaults().with(preset.settings())).isNotNull();
    }
    assertThat(Presets.all()).extracting(Preset::name).contains(Presets.DEFAULT, Presets.SAMPLE);
  }
}
