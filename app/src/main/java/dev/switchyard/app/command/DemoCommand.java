package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Dashboard;
import dev.switchyard.app.terminal.LoadBars;
import dev.switchyard.app.terminal.PlainLines;
import dev.switchyard.app.terminal.Progress;
import dev.switchyard.app.terminal.RoutingTable;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Presets;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard demo}: what the desktop shows first, for a terminal. */
@Command(
    name = "demo",
    description =
        "Trains the sample pair, a Switch model beside its dense twin, for about a minute with a"
            + " live dashboard, then shows a sentence with every token's expert.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class DemoCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long to train (default: ${DEFAULT-VALUE}).")
  private long seconds = 60;

  @Override
  public Integer call() throws Exception {
    if (seconds < 1) {
      throw new InputException("--seconds is %d, but must be at least 1.".formatted(seconds));
    }
    RunConfig config = RunConfig.defaults().with(Presets.settings(Presets.SAMPLE, false));
    try (Workbench workbench = switchyard.workbench()) {
      int code;
      try (TrainingRun run =
          switchyard.home().withFreeRunFolder("demo", f -> workbench.create(config, f))) {
        code = train(run);
        if (code == Problems.DONE) {
          showSentence(workbench, run);
        }
      }
      return code;
    }
  }

  private int train(TrainingRun run) throws Exception {
    Terminal terminal = switchyard.terminal();
    Duration budget = Duration.ofSeconds(seconds);
    int experts = run.config().model().numExperts();
    String title = "A Switch Transformer of " + experts + " experts beside its dense twin";
    long steps = run.config().training().steps();
    Progress progress =
        terminal.isInteractive()
            ? new Dashboard(terminal, title, budget)
            : new PlainLines(terminal.out(), steps);
    int code = new AttendedRun(terminal, progress, false).follow(run, budget);
    if (!terminal.isInteractive() && !run.reports().isEmpty()) {
      List<StepReport.LayerReport> layers = run.reports().getLast().model().layers();
      new LoadBars(terminal.style()).lines(layers.getLast()).forEach(terminal.out()::println);
    }
    return code;
  }

  /** With the weights of the checkpoint that the run ended with. */
  private void showSentence(Workbench workbench, TrainingRun run) throws InterruptedException {
    Terminal terminal = switchyard.terminal();
    try (Microscope microscope = workbench.open(run.folder().toString())) {
      List<String> texts = microscope.subject().exampleTexts();
      if (texts.isEmpty()) {
        throw new IllegalStateException("The sample corpus gave no example text");
      }
      terminal.out().println();
      terminal
          .out()
          .println("A text that it was not trained on, each token with its expert (room for all):");
      // A single text is of few languages, which one expert each wants: as full as no batch is.
      Microscope.Request request =
          new Microscope.Request(texts.getFirst(), null, (double) microscope.subject().experts());
      new RoutingTable(terminal.style())
          .sentence(Routed.by(microscope, request))
          .forEach(terminal.out()::println);
    }
  }
}
