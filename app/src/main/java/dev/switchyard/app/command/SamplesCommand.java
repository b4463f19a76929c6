package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard samples}. */
@Command(
    name = "samples",
    description = "Lists the models that come with the program.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SamplesCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Override
  public Integer call() {
    Terminal terminal = switchyard.terminal();
    try (Workbench workbench = switchyard.workbench()) {
      List<Workbench.Sample> samples = workbench.samples();
      if (samples.isEmpty()) {
        terminal.out().println("No sample models came with this build.");
      }
      for (Workbench.Sample sample : samples) {
        terminal.out().println(terminal.style().bold(sample.name()) + "  " + sample.title());
        terminal.out().println("    " + sample.detail());
      }
      return Problems.DONE;
    }
  }
}
