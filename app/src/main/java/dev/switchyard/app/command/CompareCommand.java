package dev.switchyard.app.command;

import dev.switchyard.app.terminal.CompareText;
import dev.switchyard.app.terminal.DataProgress;
import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.engine.compare.CurveCsv;
import dev.switchyard.engine.compare.ModelCurves;
import dev.switchyard.engine.compare.SettingDifference;
import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.train.ComparedRun;
import dev.switchyard.engine.train.Workbench;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard compare}. */
@Command(
    name = "compare",
    description = {
      "Lays runs beside one another: their curves, how much sooner each comes to the same quality,"
          + " and the settings in which they differ.",
      "Runs may still be in training."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CompareCommand implements Callable<Integer> {
  @ParentCommand private SwitchyardCommand switchyard;

  @Parameters(
      paramLabel = "RUN",
      arity = "1..*",
      description = "Runs' folders, their names in the runs folder, or samples' names.")
  private List<String> runs;

  @Option(
      names = "--by",
      paramLabel = "MEASURE",
      defaultValue = "steps",
      description = "Lay the curves along steps, time, tokens or flops (default: steps).")
  private String by;

  @Option(
      names = "--against",
      paramLabel = "RUN",
      description = "The run whose quality the others are to reach (default: the first).")
  private String against;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write the curves to this file.")
  private Path csv;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Measure measure = measure();
    List<ComparedRun> compared = new ArrayList<>();
    List<RunCurves> curves = new ArrayList<>();
    try (Workbench workbench = switchyard.workbench()) {
      for (String run : runs) {
        compared.add(workbench.compared(run));
        curves.add(read(compared.getLast()));
      }
    }
    List<ModelCurves> models = new ArrayList<>();
    List<String> names = CompareText.names(compared);
    for (int i = 0; i < compared.size(); i++) {
      models.addAll(ModelCurves.of(compared.get(i), names.get(i), curves.get(i)));
    }
    if (csv != null) {
      CurveCsv.of(models).write(csv);
    }
    CompareText text =
        new CompareText(
            compared,
            names,
            models,
            SpeedUpRow.against(reference(models, names), models),
            SettingDifference.between(compared.stream().map(ComparedRun::config).toList()));
    if (json) {
      JsonLines.write(switchyard.terminal().out(), text.figures(curves));
    } else {
      text.lines(measure, curves, switchyard.terminal().style())
          .forEach(switchyard.terminal().out()::println);
    }
    return Problems.DONE;
  }

  private Measure measure() {
    for (Measure measure : Measure.values()) {
      if (measure.name().equalsIgnoreCase(by)) {
        return measure;
      }
    }
    throw new InputException(
        "--by is %s, but must be one of steps, time, tokens, flops."
            .formatted(by.toLowerCase(Locale.ROOT)));
  }

  private RunCurves read(ComparedRun run) {
    DataProgress progress =
        new DataProgress(switchyard.terminal(), "reading the history of " + run.name());
    try {
      return run.curves()
          .readOn(
              share -> {
                progress.accept(share);
                return true;
              });
    } finally {
      progress.end();
    }
  }

  private ModelCurves reference(List<ModelCurves> models, List<String> names) {
    if (against == null) {
      return models.getFirst();
    }
    int named = runs.indexOf(against);
    String name = named >= 0 ? names.get(named) : against;
    return models.stream()
        .filter(model -> model.run().equals(name) || model.title().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--against is %s, but must be one of the runs that are compared: %s."
                        .formatted(against, String.join(", ", names))));
  }
}
