package dev.switchyard.app.desktop;

import javafx.application.Application;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;

/** The desktop program: one window that holds every screen. */
public final class DesktopApplication extends Application {
  private static volatile Runnable whenShown = () -> {};
  private static volatile boolean shown;

  /** Sets what to do when the window can be seen. */
  static void whenShown(Runnable action) {
    whenShown = action;
  }

  /** Whether the window could be seen. */
  static boolean wasShown() {
    return shown;
  }

  @Override
  public void start(Stage stage) {
    stage.setTitle("Switchyard");
    stage.setScene(new Scene(new StackPane(new Label("Switchyard")), 1280, 800));
    stage.show();
    shown = true;
    whenShown.run();
  }
}
