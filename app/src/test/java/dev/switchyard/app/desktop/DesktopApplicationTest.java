package dev.switchyard.app.desktop;

import static org.assertj.core.api.Assertions.assertThat;

import javafx.stage.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

/** The window opens, on a screen in memory. */
@ExtendWith(ApplicationExtension.class)
final class DesktopApplicationTest {

  private Stage stage;

  @Start
  void start(Stage stage) {
    this.stage = stage;
    new DesktopApplication().start(stage);
  }

  @Test
  void opens() {
    assertThat(stage.isShowing()).isTrue();
    assertThat(stage.getTitle()).isEqualTo("Switchyard");
  }
}
