package dev.switchyard.app.command;

import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.RunsTable;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard runs}. */
@Command(
    name = "runs",
    description = "Lists the runs in the runs folder, the newest first.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RunsCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Option(names = "--json", description = "One JSON object for each run.")
  private boolean json;

  @Override
  public Integer call() {
    Terminal terminal = switchyard.terminal();
    try (Workbench workbench = switchyard.workbench()) {
      List<Workbench.RunSummary> runs = workbench.runs();
      if (json) {
        runs.forEach(run -> JsonLines.write(terminal.out(), RunsTable.figures(run)));
      } else if (runs.isEmpty()) {
        terminal.out().println("No runs yet in " + workbench.runsFolder() + ".");
      } else {
        RunsTable.lines(runs).forEach(terminal.out()::println);
      }
      return Problems.DONE;
    }
  }
}
