package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Figures;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.RoutingJson;
import dev.switchyard.app.terminal.RoutingTable;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard route}. */
@Command(
    name = "route",
    description =
        "Shows for every Switch layer and token: expert, gate, place in the queue, capacity, kept"
            + " or dropped, and the router's probabilities.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RouteCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "MODEL",
      description = "A run's folder or name, a checkpoint, or a sample's name.")
  private String model;

  @Option(names = "--text", paramLabel = "T", description = "The text to route.")
  private String text;

  @Option(names = "--file", paramLabel = "F", description = "A file with the text to route.")
  private Path file;

  @Option(names = "--json", description = "One JSON object with every probability.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if ((text == null) == (file == null)) {
      throw new InputException("Give the text to route: either --text TEXT or --file FILE.");
    }
    String given = text != null ? text : GivenText.read(file);
    if (given.isBlank()) {
      throw new InputException("The text to route is empty.");
    }
    try (Workbench workbench = switchyard.workbench();
        Microscope microscope = workbench.open(model)) {
      show(Routed.by(microscope, Microscope.Request.of(given)));
    }
    return Problems.DONE;
  }

  private void show(RoutingTrace trace) {
    Terminal terminal = switchyard.terminal();
    if (json) {
      JsonLines.write(terminal.out(), RoutingJson.of(trace));
      return;
    }
    new RoutingTable(terminal.style()).lines(trace).forEach(terminal.out()::println);
    terminal
        .out()
        .println(
            "cross entropy %s nats a token, %s ms"
                .formatted(Figures.loss(trace.crossEntropy()), Figures.loss(trace.milliseconds())));
  }
}
