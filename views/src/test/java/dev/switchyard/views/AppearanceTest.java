package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.views.shell.MainWindow;
import dev.switchyard.views.theme.Magnifier;
import dev.switchyard.views.theme.Theme;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.control.Labeled;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  @ParameterizedTest
  @ValueSource(strings = {"start", "explore", "train", "compare", "inspect", "devices"})
  void inLargeTypeNothingReachesBeyondTheWindow(String screen) {
    press("#large-type");
    press("#rail-" + screen);
    until("it stands still", () -> !seen("#status-busy"));
    interact(() -> stage.getScene().getRoot().layout());
    for (Node node : lookup(".label, .button, .toggle-button").queryAll()) {
      if (isSeen(node) && node instanceof Labeled labeled) {
        Bounds place = node.localToScene(node.getBoundsInLocal());
        assertThat(place.getMaxX()).as(labeled.getText()).isLessThanOrEqualTo(1440 + 0.5);
      }
    }
  }

  private static boolean isSeen(Node node) {
    return node == null || (node.isVisible() && isSeen(node.getParent()));
  }
}
