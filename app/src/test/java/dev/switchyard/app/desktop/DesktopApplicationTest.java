package dev.switchyard.app.desktop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.workbench.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javafx.application.Platform;
import javafx.scene.control.Labeled;
import javafx.stage.Stage;
import javafx.stage.WindowEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;

/** The window opens over the engine of this machine, on a screen in memory. */
@ExtendWith(ApplicationExtension.class)
final class DesktopApplicationTest {
  @TempDir static Path folder;

  private Stage stage;

  @Start
  void start(Stage stage) {
    this.stage = stage;
    new DesktopApplication().open(stage, new Home(folder));
  }

  @Test
  void opens() {
    assertThat(stage.isShowing()).isTrue();
    assertThat(stage.getTitle()).isEqualTo("Switchyard");
  }

  @Test
  void tellsOfAProblemThatNobodyCaughtAndGoesOn(FxRobot robot) throws Exception {
    Platform.runLater(
        () -> {
          throw new IllegalStateException("the points are frozen");
        });
    WaitForAsyncUtils.waitFor(
        10,
        TimeUnit.SECONDS,
        () ->
            robot
                .lookup((Labeled label) -> text(label).contains("the points are frozen"))
                .tryQuery()
                .isPresent());
    assertThat(stage.isShowing()).isTrue();
  }

  private static String text(Labeled label) {
    return label.getText() == null ? "" : label.getText();
  }

  @Test
  void remembersSizeAndPlace(FxRobot robot) throws Exception {
    robot.interact(
        () -> {
          stage.setX(40);
          stage.setY(30);
          stage.setWidth(1300);
          stage.setHeight(800);
        });
    robot.interact(() -> stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST)));
    WaitForAsyncUtils.waitFor(10, TimeUnit.SECONDS, () -> !stage.isShowing());
    SettingsFile settings = new SettingsFile(folder.resolve("settings.json"));
    assertThat(settings.get("x", "")).isEqualTo("40.0");
    assertThat(settings.get("y", "")).isEqualTo("30.0");
    assertThat(Double.parseDouble(settings.get("width", ""))).isBetween(1200.0, 1300.0);
  }

  @Test
  void startsAfreshWhereTheSettingsAreDamaged() throws Exception {
    Path file = Files.writeString(folder.resolve("damaged.json"), "{\"theme\": ");
    SettingsFile settings = new SettingsFile(file);
    assertThat(settings.get("theme", "DARK")).isEqualTo("DARK");
    settings.put("theme", "LIGHT");
    assertThat(new SettingsFile(file).get("theme", "DARK")).isEqualTo("LIGHT");
  }
}
