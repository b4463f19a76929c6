package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Home;
import dev.switchyard.app.workbench.LocalWorkbench;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code switchyard} itself: it holds the others and gives them what they share. */
@Command(
    name = "switchyard",
    description = "Trains Switch Transformers and shows where every token goes.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      ResumeCommand.class,
      EvalCommand.class,
      RouteCommand.class,
      ExpertsCommand.class,
      ForwardCommand.class,
      GenerateCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      RunsCommand.class,
      ProbesCommand.class,
      AskCommand.class,
      CompareCommand.class,
      SamplesCommand.class,
      CorpusCommand.class,
      UpcycleCommand.class,
      PackCommand.class,
      BenchCommand.class,
      DevicesCommand.class,
      VerifyCommand.class,
      PlanCommand.class,
      InspectCommand.class,
      DemoCommand.class
    },
    footer = {
      "",
      "Without arguments the desktop program opens.",
      "SWITCHYARD_HOME names the folder for runs, logs and settings (default: ~/Switchyard).",
      "Exit codes: 0 done, 1 failed, 2 something given can't be used."
    })
public final class SwitchyardCommand implements Runnable {
  private final Terminal terminal;
  private final Home home;

  @Spec private CommandSpec spec;

  private SwitchyardCommand(Terminal terminal, Home home) {
    this.terminal = terminal;
    this.home = home;
  }

  /**
   * Runs a command line.
   *
   * @return the exit code: 0 done, 1 failed, 2 for something given that can't be used
   */
  public static int run(Terminal terminal, Home home, String... arguments) {
    CommandLine line = new CommandLine(new SwitchyardCommand(terminal, home));
    Problems problems = new Problems(terminal, home);
    line.setOut(writer(terminal.out()));
    line.setErr(writer(terminal.err()));
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal.style().isColoured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    line.setUsageHelpWidth(Terminal.WIDTH);
    line.setParameterExceptionHandler(problems);
    line.setExecutionExceptionHandler(problems);
    line.setExecutionStrategy(Problems::execute);
    SettingsHelp.addTo(line.getSubcommands().get("train"), RunConfig::describe);
    SettingsHelp.addTo(line.getSubcommands().get("plan"), PlanCommand::assumptions);
    return line.execute(arguments);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Name a command (--help lists them).");
  }

  Terminal terminal() {
    return terminal;
  }

  Home home() {
    return home;
  }

  /** The engine's services; opened only by commands that need them, and closed by them. */
  Workbench workbench() {
    return new LocalWorkbench(home);
  }
}
