package dev.switchyard.app.command;

import dev.switchyard.app.terminal.InspectionText;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.WeightStatistics;
import dev.switchyard.engine.train.Workbench;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard inspect}. */
@Command(
    name = "inspect",
    description = {
      "Lists the weights of a model on disk, or says more of one tensor or of one layer's experts.",
      "Files are mapped: only what is asked for is read, however large the model is."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class InspectCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "MODEL",
      description = "A run, a checkpoint, a Hugging Face folder, or a sample.")
  private String model;

  @ArgGroup private Choice choice = new Choice();

  private static final class Choice {
    @Option(
        names = "--weight",
        paramLabel = "NAME",
        description = "One tensor's norm, mean, deviation, range and histogram.")
    private String weight;

    @Option(
        names = "--experts",
        paramLabel = "LAYER",
        description =
            "How alike one layer's experts are: cosines between their weights, and between their"
                + " rows of the router. The list names the layers.")
    private String layer;
  }

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    try (Workbench workbench = switchyard.workbench();
        Inspection inspection = workbench.inspect(model)) {
      if (choice.weight != null) {
        WeightStatistics statistics = inspection.statistics(choice.weight, () -> false);
        answer(InspectionText.figures(statistics), InspectionText.lines(statistics));
      } else if (choice.layer != null) {
        ExpertSimilarity similarity = inspection.similarity(choice.layer, () -> false);
        answer(InspectionText.figures(similarity), InspectionText.lines(similarity));
      } else {
        answer(InspectionText.figures(inspection), InspectionText.lines(inspection));
      }
      return Problems.DONE;
    }
  }

  private void answer(Object figures, Iterable<String> lines) {
    if (json) {
      JsonLines.write(switchyard.terminal().out(), figures);
    } else {
      lines.forEach(switchyard.terminal().out()::println);
    }
  }
}
