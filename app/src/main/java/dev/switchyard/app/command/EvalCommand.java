package dev.switchyard.app.command;

import dev.switchyard.app.terminal.EvaluationText;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard eval}. */
@Command(
    name = "eval",
    description = {
      "Says how well a model predicts text, and what its routers do with it.",
      "Of text that the model was trained on only the held-out part is read."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class EvalCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "MODEL",
      description = "A run's folder or name, a checkpoint, or a sample's name.")
  private String model;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      arity = "1..*",
      required = true,
      description = "Text: .txt, .md, .jsonl (field text), files or folders.")
  private List<Path> data;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    try (Workbench workbench = switchyard.workbench()) {
      Evaluation evaluation =
          workbench.evaluate(
              model, data.stream().map(p -> p.toAbsolutePath().normalize()).toList());
      if (json) {
        JsonLines.write(switchyard.terminal().out(), EvaluationText.figures(evaluation));
      } else {
        EvaluationText.lines(evaluation).forEach(switchyard.terminal().out()::println);
      }
      return Problems.DONE;
    }
  }
}
