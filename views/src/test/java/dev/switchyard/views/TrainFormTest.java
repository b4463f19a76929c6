package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.train.RunConfig;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrainFormTest extends ScreenTest {
  @BeforeEach
  void openForm() {
    press("#rail-train");
    untilText("#run-name-field", "seven-valleys");
    until("it can start", () -> !find("#create", Button.class).isDisabled());
  }

  @Test
  void estimatesBeforeItStarts() {
    untilText("#estimate-parameters", "2.94 M");
    assertThat(text("#estimate-twin")).isEqualTo("1.93 M");
    assertThat(text("#estimate-memory")).isEqualTo("337 MB");
    assertThat(text("#estimate-time")).isEqualTo("42 s");
    write("#setting-num_experts", "32");
    untilText("#estimate-parameters", "6.06 M");
  }

  @Test
  void aMachineThatNeverTrainedIsMeasuredAndTheTimeMarkedAsRough() {
    untilText("#estimate-time", "42 s");
    workbench.secondsPerStep = Double.NaN;
    write("#setting-num_experts", "24");
    untilText("#estimate-time", "roughly 1 min");
    assertThat(text("#estimate-step")).isEqualTo("roughly 60 ms");
  }

  @Test
  void aWrongValueIsSaidBesideItsField() {
    write("#setting-num_experts", "many");
    untilText(
        "#problem-num_experts", "num_experts is \"many\", but must be a whole number, such as 8.");
    until("it can't start", () -> find("#create", Button.class).isDisabled());
    write("#setting-num_experts", "16");
    until("it can start again", () -> !find("#create", Button.class).isDisabled());
    assertThat(seen("#problem-num_experts")).isFalse();
  }

  @Test
  void aValueOutOfBoundsNamesThem() {
    write("#setting-capacity_factor", "-1");
    untilText(
        "#problem-capacity_factor", "capacity_factor is -1, but must be between 0.01 and 1000.");
  }

  @Test
  void whatTheEngineRefusesIsSaidAtTheButton() {
    write("#setting-num_experts", "13");
    untilText("#form-problem", "13 experts bring bad luck: choose another number.");
    assertThat(find("#create", Button.class).isDisabled()).isTrue();
  }

  @Test
  void aRunNeedsAName() {
    write("#run-name-field", " ");
    untilText("#form-problem", "The run has no name: give it one, it becomes its folder's name.");
  }

  @Test
  void aPresetWithoutDataAsksForTexts() {
    interact(() -> window.newRun("small", java.util.List.of()));
    untilText("#form-problem", "Choose texts to train on: drop files or a folder at the left.");
  }

  @Test
  void everySettingIsFoundBySearch() {
    write("#search-settings", "jitter");
    until("jitter is shown", () -> seen("#all-router_jitter_noise"));
    assertThat(seen("#all-dropout_rate")).isFalse();
    write("#all-router_jitter_noise", "2");
    untilText(
        "#problem-router_jitter_noise",
        "router_jitter_noise is 2, but must be between 0 and 0.99.");
  }

  @Test
  void probesAreWrittenALineEach() {
    write("#probe-sentences", "the kiln keeps coals\n\n a slow wave, twice ");
    press("#create");
    untilText("#state", "training");
    assertThat(run().config().training().probing().probes())
        .containsExactly("the kiln keeps coals", "a slow wave, twice");
  }

  /** Whatever stands in a field that it can't mean is said beside it, and nothing starts. */
  @Test
  void everyFieldSaysWhatIsWrongWithIt() {
    List<String> checked = new ArrayList<>();
    interact(
        () -> {
          for (SettingDescription setting : RunConfig.describe()) {
            // Elsewhere any word will do, or it is chosen from a list.
            if (setting.type().contains("number")) {
              everyWrongValueIsSaid(setting.name());
              checked.add(setting.name());
            }
          }
        });
    assertThat(checked).hasSizeGreaterThan(50).contains("learning_rate", "probe_every");
    until("it can start", () -> !find("#create", Button.class).isDisabled());
  }

  private void everyWrongValueIsSaid(String setting) {
    Node root = stage.getScene().getRoot();
    TextField field = (TextField) root.lookup("#all-" + setting);
    Label problem = (Label) field.getParent().lookup("#problem-" + setting);
    String before = field.getText();
    for (String wrong : List.of("many", "-1e300", "")) {
      field.setText(wrong);
      assertThat(problem.getText()).as("\"%s\"", wrong).startsWith(setting + " is ");
      assertThat(problem.isVisible()).isTrue();
    }
    field.setText(before);
    assertThat(problem.getText()).isEmpty();
  }

  @Test
  void startingMakesTheRunWithItsSettingsAndShowsIt() {
    write("#setting-num_experts", "32");
    write("#run-name-field", "mine");
    untilText("#estimate-parameters", "6.06 M");
    press("#create");
    untilText("#state", "training");
    assertThat(text("#run-name")).isEqualTo("mine");
    assertThat(run().config().model().numExperts()).isEqualTo(32);
    assertThat(run().config().training().twin()).isTrue();
    assertThat(run().folder()).isEqualTo(runs.resolve("mine"));
  }
}
