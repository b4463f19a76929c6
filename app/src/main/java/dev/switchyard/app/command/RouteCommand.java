package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Figures;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.RoutingJson;
import dev.switchyard.app.terminal.RoutingTable;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard route}. */
@Command(
    name = "route",
    description = {
      "Shows for every Switch layer and token: expert, gate, place in the queue, capacity, kept or",
      "dropped, and the router's probabilities. With a what-if: what it changes in that."
    },
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

  @Option(
      names = "--lines",
      description =
          "Each line is a text of its own, a row of one batch; without --together each has the"
              + " experts' room for itself.")
  private boolean lines;

  @Option(names = "--together", description = "With --lines: the texts share the experts' room.")
  private boolean together;

  @Option(
      names = "--json",
      description = "One JSON object with every probability; with --lines one for each text.")
  private boolean json;

  @Option(names = "--seed", paramLabel = "N", description = "Of the jitter (default: 1).")
  private Long seed;

  @Mixin private WhatIfOptions options = new WhatIfOptions();

  @Override
  public Integer call() throws InterruptedException {
    if ((text == null) == (file == null)) {
      throw new InputException("Give the text to route: either --text TEXT or --file FILE.");
    }
    String given = text != null ? text : GivenText.read(file);
    if (given.isBlank()) {
      throw new InputException("The text to route is empty.");
    }
    if (together && !lines) {
      throw new InputException("--together is for several texts: give --lines too.");
    }
    List<String> texts =
        lines ? given.lines().filter(line -> !line.isBlank()).toList() : List.of(given);
    if (seed != null && !options.hasJitter()) {
      throw new InputException("--seed is that of --jitter: give the jitter too.");
    }
    WhatIf whatIf = options.whatIf(seed);
    Microscope.Request request = new Microscope.Request(texts, null, together, whatIf);
    try (Workbench workbench = switchyard.workbench();
        Microscope microscope = workbench.open(model)) {
      List<RoutingTrace> shown = Answer.of(microscope.routeAll(request));
      if (whatIf.isNothing()) {
        shown.forEach(this::show);
      } else {
        List<RoutingTrace> untouched = Answer.of(microscope.routeAll(request.untouched()));
        for (int i = 0; i < shown.size(); i++) {
          show(untouched.get(i), shown.get(i));
        }
      }
    }
    return Problems.DONE;
  }

  private void show(RoutingTrace untouched, RoutingTrace whatIf) {
    Terminal terminal = switchyard.terminal();
    if (json) {
      JsonLines.write(terminal.out(), RoutingJson.of(untouched, whatIf));
      return;
    }
    show(whatIf);
    new RoutingTable(terminal.style())
        .difference(untouched, whatIf)
        .forEach(terminal.out()::println);
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
