package dev.switchyard.app.desktop;

import javafx.application.Application;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;

/** The desktop program: one window that holds every screen. */
public final class DesktopApplication extends Application {

  @Override
  public void start(Stage stage) {
    stage.setTitle("Switchyard");
    stage.setScene(new Scene(new StackPane(new Label("Switchyard")), 1280, 800));
    stage.show();
  }
}
