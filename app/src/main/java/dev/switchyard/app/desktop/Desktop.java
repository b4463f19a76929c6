package dev.switchyard.app.desktop;

import dev.switchyard.app.workbench.Home;
import java.awt.GraphicsEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javafx.application.Application;
import org.slf4j.LoggerFactory;

/** Opens the desktop program, or finds out why it can't be opened here. */
public final class Desktop {
  private Desktop() {}

  /**
   * Opens the window and returns when it is closed.
   *
   * @return nothing; or, where no window could be opened, the reason in a few words
   */
  public static Optional<String> open(Home home) {
    if (GraphicsEnvironment.isHeadless()) {
      return Optional.of("no display");
    }
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    // A toolkit that can't start prints its stack traces itself; they belong into the log.
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      DesktopApplication.startAhead(StartAhead.of(home));
      DesktopApplication.whenShown(() -> System.setErr(err));
      Application.launch(DesktopApplication.class, home.folder().toString());
      ClassArchive.deleteIfUnfit();
      return Optional.empty();
    } catch (RuntimeException | LinkageError e) {
      if (DesktopApplication.wasShown()) {
        throw e;
      }
      LoggerFactory.getLogger(Desktop.class)
          .info("JavaFX could not start: {}", said.toString(StandardCharsets.UTF_8), e);
      return Optional.of(reason(e));
    } finally {
      System.setErr(err);
    }
  }

  private static String reason(Throwable problem) {
    Throwable root = problem;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null || message.isBlank()
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow().strip();
  }
}
