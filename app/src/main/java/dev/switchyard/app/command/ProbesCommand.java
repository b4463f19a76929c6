package dev.switchyard.app.command;

import dev.switchyard.app.terminal.ProbeTable;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard probes}. */
@Command(
    name = "probes",
    description = {
      "Shows how the routing of a run's probe sentences changed while it learned: a row",
      "for each token, a column for each look, in it the expert."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ProbesCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(paramLabel = "RUN", description = "The run's folder, or its name in the runs folder.")
  private Path run;

  @Option(
      names = "--layer",
      paramLabel = "LAYER",
      description = "A Switch layer, such as encoder.block.1 (default: the last).")
  private String layer;

  @Option(
      names = "--json",
      description = "One JSON object for each look, as in the run's probes.jsonl.")
  private boolean json;

  @Override
  public Integer call() {
    Path folder = switchyard.home().runNamed(run);
    if (!RunFolder.isRun(folder)) {
      throw new InputException("There is no run %s.".formatted(folder));
    }
    Terminal terminal = switchyard.terminal();
    if (json) {
      RunHistory.forEachProbe(folder, look -> terminal.out().println(RunHistory.line(look)));
      return Problems.DONE;
    }
    ProbeLog log = new ProbeLog();
    RunHistory.forEachProbe(folder, log::add);
    List<ProbeReport> looks = log.snapshot();
    if (looks.isEmpty()) {
      terminal
          .out()
          .println("%s has no probes: it was trained without (probe_every).".formatted(folder));
      return Problems.DONE;
    }
    String chosen = layer(looks.getLast());
    ProbeTable table = new ProbeTable(terminal.style());
    for (int probe = 0; probe < looks.getLast().probes().size(); probe++) {
      table.lines(looks, probe, chosen).forEach(terminal.out()::println);
      terminal.out().println();
    }
    return Problems.DONE;
  }

  private String layer(ProbeReport look) {
    List<String> names =
        look.probes().getFirst().layers().stream().map(ProbeReport.Layer::name).toList();
    if (layer != null && !names.contains(layer)) {
      throw new InputException(
          "There is no Switch layer \"%s\"; there are %s."
              .formatted(layer, String.join(", ", names)));
    }
    return layer == null ? names.getLast() : layer;
  }
}
