package dev.switchyard.app;

import dev.switchyard.app.command.SwitchyardCommand;
import dev.switchyard.app.desktop.Desktop;
import dev.switchyard.app.desktop.VectorModule;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Home;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * The program's entry: without arguments the desktop, with arguments the command line.
 *
 * <p>It does not extend JavaFX's Application: the Java launcher would then start the toolkit before
 * anyone could ask whether there is a display.
 */
public final class Switchyard {

  private Switchyard() {}

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, problem) ->
            LoggerFactory.getLogger(Switchyard.class).error("In thread {}", thread, problem));
    Home home = Home.ofEnvironment();
    Terminal terminal = Terminal.ofProcess();
    System.setErr(terminal.err());
    System.exit(
        arguments.length == 0
            ? withoutArguments(terminal, home)
            : SwitchyardCommand.run(terminal, home, arguments));
  }

  private static int withoutArguments(Terminal terminal, Home home) {
    Optional<String> hindrance = Desktop.open(home);
    if (hindrance.isEmpty()) {
      return 0;
    }
    terminal
        .out()
        .println(
            "No window (%s): training the sample pair here instead; --help lists the commands."
                .formatted(hindrance.get()));
    VectorModule.load();
    return SwitchyardCommand.run(terminal, home, "demo");
  }
}
