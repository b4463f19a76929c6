package dev.switchyard.app.desktop;

import java.lang.management.ManagementFactory;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.stage.Stage;
import javafx.stage.WindowEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes when the first picture of the window was laid out and handed to the screen. With the system
 * property {@code switchyard.first_frame} set to {@code close} the window closes then: so starts
 * are measured, and class-data archives made.
 */
final class FirstFrame {
  private static final Logger LOG = LoggerFactory.getLogger(FirstFrame.class);
  private static final String PROPERTY = "switchyard.first_frame";

  /** Pictures until the window stands as it will stay: the first is laid out without its size. */
  private static final int SETTLED = 2;

  private final Stage stage;
  private final Scene scene;
  private final Runnable listener = this::laidOut;
  private int pictures;

  private FirstFrame(Stage stage) {
    this.stage = stage;
    this.scene = stage.getScene();
  }

  /** Waits for the first picture of a stage that is shown. */
  static void await(Stage stage) {
    FirstFrame first = new FirstFrame(stage);
    first.scene.addPostLayoutPulseListener(first.listener);
    Platform.requestNextPulse();
  }

  private void laidOut() {
    if (++pictures < SETTLED) {
      Platform.requestNextPulse();
      return;
    }
    scene.removePostLayoutPulseListener(listener);
    long now = System.currentTimeMillis(); // asking for the start takes a while itself
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    LOG.info("The window stood {} ms after Java was started", now - start);
    if ("close".equals(System.getProperty(PROPERTY))) {
      stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST));
    }
  }
}
