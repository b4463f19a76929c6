package dev.switchyard.app;

import dev.switchyard.app.desktop.DesktopApplication;
import java.awt.GraphicsEnvironment;
import javafx.application.Application;

/**
 * The program's entry: without arguments the desktop, with arguments the command line.
 *
 * <p>It does not extend {@link Application}: the Java launcher would then start the toolkit before
 * anyone could ask whether there is a display.
 */
public final class Switchyard {

  private Switchyard() {}

  /** Starts the desktop program, or says in one line why it can't. */
  public static void main(String[] arguments) {
    if (arguments.length == 0 && !GraphicsEnvironment.isHeadless()) {
      Application.launch(DesktopApplication.class);
      return;
    }
    System.out.println(
        arguments.length == 0 ? "No display found." : "switchyard " + String.join(" ", arguments));
  }
}
