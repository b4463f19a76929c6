package dev.switchyard.app.command;

import dev.switchyard.app.terminal.DataProgress;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.PreferencesText;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard experts}. */
@Command(
    name = "experts",
    description = {
      "Says what each expert takes of a corpus: the tokens and, where the corpus has labels, the",
      "labels that it prefers by pointwise mutual information; and for each Switch layer how much",
      "its experts know of them (mutual information, in nats).",
      "Labels are the fields domains, labels, domain or label of JSON lines; else, with several",
      "folders or files, their names."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ExpertsCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "MODEL",
      description = "A run's folder or name, a checkpoint, or a sample's name.")
  private String model;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "Text: files or folders, or sample-corpus; left out: what the model was trained on.")
  private List<String> data = List.of();

  @Option(
      names = "--texts",
      paramLabel = "N",
      defaultValue = "512",
      description = "Texts that are read at most (default: ${DEFAULT-VALUE}).")
  private int texts;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "5",
      description = "Tokens and labels of an expert that are shown (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    checkAtLeastOne("--texts", texts);
    checkAtLeastOne("--top", top);
    Terminal terminal = switchyard.terminal();
    DataProgress progress = new DataProgress(terminal);
    try (Workbench workbench = switchyard.workbench();
        Microscope microscope = workbench.open(model)) {
      ExpertPreferences found = workbench.survey(microscope, data, texts, progress, () -> true);
      progress.end();
      if (json) {
        JsonLines.write(terminal.out(), PreferencesText.figures(found));
      } else {
        new PreferencesText(terminal.style()).lines(found, top).forEach(terminal.out()::println);
      }
      return Problems.DONE;
    } finally {
      progress.end();
    }
  }

  private static void checkAtLeastOne(String option, int value) {
    if (value < 1) {
      throw new InputException("%s is %d, but must be at least 1.".formatted(option, value));
    }
  }
}
