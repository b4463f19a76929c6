package dev.switchyard.app.desktop;

import dev.switchyard.app.workbench.Home;
import dev.switchyard.app.workbench.LocalWorkbench;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.shell.MainWindow;
import java.nio.file.Path;
import javafx.application.Application;
import javafx.stage.Screen;
import javafx.stage.Stage;

/**
 * The desktop program: one window over the engine of this machine. Its only parameter is the home
 * folder.
 */
public final class DesktopApplication extends Application {
  private static final String X = "x";
  private static final String Y = "y";

  // JavaFX makes the application itself: what starts it and what it starts meet here.
  private static volatile Runnable whenShown = () -> {};
  private static volatile StartAhead ahead;
  private static volatile boolean shown;

  private Workbench workbench;

  /** Sets what to do when the window can be seen. */
  static void whenShown(Runnable action) {
    whenShown = action;
  }

  /** Sets what is made ready meanwhile. */
  static void startAhead(StartAhead begun) {
    ahead = begun;
  }

  /** Whether the window could be seen. */
  static boolean wasShown() {
    return shown;
  }

  @Override
  public void start(Stage stage) {
    Home home = new Home(Path.of(getParameters().getRaw().getFirst()));
    if (ahead == null) {
      open(stage, home);
    } else {
      open(stage, home, ahead.settings());
    }
    shown = true;
    whenShown.run();
  }

  /** Opens the window on a stage. */
  void open(Stage stage, Home home) {
    open(stage, home, new SettingsFile(home.settings()));
  }

  private void open(Stage stage, Home home, SettingsFile settings) {
    workbench = new LocalWorkbench(home);
    MainWindow window = new MainWindow(workbench, stage, settings);
    Thread.currentThread().setUncaughtExceptionHandler((thread, problem) -> window.tell(problem));
    placeAsBefore(stage, settings);
    stage.setOnHiding(event -> rememberPlace(stage, settings));
    window.show();
    FirstFrame.await(stage);
  }

  /** Where the window was, if that is still on a screen. */
  private static void placeAsBefore(Stage stage, SettingsFile settings) {
    double x = number(settings.get(X, ""));
    double y = number(settings.get(Y, ""));
    double corner = 100;
    if (!Screen.getScreensForRectangle(x, y, corner, corner).isEmpty()) {
      stage.setX(x);
      stage.setY(y);
    }
  }

  private static void rememberPlace(Stage stage, SettingsFile settings) {
    if (!stage.isMaximized()) {
      settings.put(X, String.valueOf(stage.getX()));
      settings.put(Y, String.valueOf(stage.getY()));
    }
  }

  /** NaN, which is on no screen, for what is no number. */
  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  @Override
  public void stop() {
    if (workbench != null) {
      workbench.close();
    }
  }
}
