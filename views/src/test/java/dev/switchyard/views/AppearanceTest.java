package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.views.shell.MainWindow;
import dev.switchyard.views.theme.Magnifier;
import dev.switchyard.views.theme.Theme;
import java.util.List;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.control.Labeled;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.Test;

/** Three themes and large type, on every screen and over restarts. */
class AppearanceTest extends ScreenTest {
  @Test
  void theSwitchOfThemesGoesRound() {
    press("#look");
    assertThat(settings.values).containsEntry("theme", "LIGHT");
    press("#look");
    assertThat(settings.values).containsEntry("theme", "HIGH_CONTRAST");
    press("#look");
    assertThat(settings.values).containsEntry("theme", "DARK");
  }

  @Test
  void themeAndLargeTypeComeBackAfterARestart() {
    push(KeyCode.CONTROL, KeyCode.SHIFT, KeyCode.L);
    push(KeyCode.CONTROL, KeyCode.SHIFT, KeyCode.T);
    push(KeyCode.CONTROL, KeyCode.SHIFT, KeyCode.T);
    interact(
        () -> {
          window.close();
          stage = new Stage();
          window = new MainWindow(workbench, stage, settings, prompt);
          window.show();
        });
    assertThat(window.appearance().themeProperty().get()).isEqualTo(Theme.HIGH_CONTRAST);
    assertThat(Magnifier.factorOf(find("#rail-start", Node.class))).isCloseTo(1.5, within(1e-9));
  }

  /** Downwards a screen may go on, and is scrolled; nothing is cut at the side. */
  @Test
  void inLargeTypeNothingReachesBeyondTheWindow() {
    press("#large-type");
    for (String screen : List.of("start", "explore", "train", "compare", "inspect", "devices")) {
      press("#rail-" + screen);
      until("it stands still", () -> !seen("#status-busy"));
      interact(() -> nothingReachesBeyondTheWindow(screen));
    }
  }

  private void nothingReachesBeyondTheWindow(String screen) {
    stage.getScene().getRoot().layout();
    int looked = 0;
    for (Labeled labeled : lookup((Labeled any) -> true).queryAllAs(Labeled.class)) {
      if (isSeen(labeled) && labeled.getText() != null && !labeled.getText().isEmpty()) {
        Bounds place = labeled.localToScene(labeled.getBoundsInLocal());
        assertThat(place.getMaxX())
            .as("%s: %s", screen, labeled.getText())
            .isLessThanOrEqualTo(1440 + 0.5);
        looked++;
      }
    }
    assertThat(looked).as(screen).isGreaterThan(8);
  }

  private static boolean isSeen(Node node) {
    return node == null || (node.isVisible() && isSeen(node.getParent()));
  }
}
