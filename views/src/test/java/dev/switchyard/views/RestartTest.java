package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.component.Choice;
import dev.switchyard.views.shell.MainWindow;
import java.nio.file.Path;
import java.util.List;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.Test;

/** After a restart the program stands where it was left. */
class RestartTest extends ScreenTest {
  private void restart() {
    interact(
        () -> {
          window.close();
          stage = new Stage();
          window = new MainWindow(workbench, stage, settings, prompt);
          window.show();
        });
  }

  @Test
  void theExplorerComesBackWithItsModelItsTextAndItsPage() {
    interact(() -> window.explore("/models/mine"));
    until("a model is open", () -> seen("#token-title") && text("#models").equals("mine"));
    write("#text", "seven cold coins");
    push(KeyCode.ALT, KeyCode.DIGIT2);
    restart();
    until("the explorer is there", () -> seen("#explore") && text("#models").equals("mine"));
    untilText("#text", "seven cold coins");
    assertThat(find("#pages", Choice.class).valueProperty().get()).hasToString("FLOW");
  }

  @Test
  void aModelThatIsGoneIsReplacedByTheSample() {
    settings.put("explore.model", "/models/broken");
    settings.put("screen", "EXPLORE");
    restart();
    until("a model is open", () -> text("#models").equals("seven-valleys"));
  }

  @Test
  void theFormComesBackAsItWasFilledIn() {
    Path text = runs.resolve("letters.txt");
    interact(() -> window.newRun("small", List.of(text)));
    until("the preset is there", () -> text("#run-name-field").startsWith("small"));
    write("#setting-num_experts", "32");
    restart();
    until("the form is there", () -> seen("#train-form"));
    untilText("#setting-num_experts", "32");
    until("the text is in the form", () -> lookup(text.toString()).tryQuery().isPresent());
  }

  @Test
  void thePlannersAssumptionsComeBack() {
    press("#rail-devices");
    until("there is a plan", () -> seen("#plan-memory"));
    write("#devices-page #setting-devices", "16");
    restart();
    until("there is a plan", () -> seen("#plan-memory"));
    assertThat(text("#devices-page #setting-devices")).isEqualTo("16");
  }
}
