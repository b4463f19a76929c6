package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.FileProblem;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be said of the runs in a folder without reading all that they wrote. */
final class RunSummaries {
  private static final Logger LOG = LoggerFactory.getLogger(RunSummaries.class);

  private RunSummaries() {}

  /** The runs in a folder, newest first; a damaged one is left out and goes into the log. */
  static List<RunSummary> in(Path runs) {
    List<RunSummary> summaries = new ArrayList<>();
    for (Path folder : folders(runs)) {
      try {
        summaries.add(of(folder));
      } catch (InputException e) {
        LOG.warn("{} can't be listed", folder, e);
      }
    }
    summaries.sort(Comparator.comparingLong(RunSummary::modified).reversed());
    return List.copyOf(summaries);
  }

  private static List<Path> folders(Path runs) {
    if (!Files.isDirectory(runs)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(runs)) {
      return all.filter(RunFolder::isRun).toList();
    } catch (IOException e) {
      throw FileProblem.reading(runs, e);
    }
  }

  /** The configuration in a run's run.json. */
  static RunConfig config(Path folder) {
    return RunConfig.defaults().with(RunFolder.section(folder, RunFolder.read(folder), "config"));
  }

  private static RunSummary of(Path folder) {
    RunConfig config = config(folder);
    Optional<StepReport> last = RunHistory.lastReport(folder);
    return new RunSummary(
        folder,
        folder.getFileName().toString(),
        RunHistory.state(folder, RunHistory.events(folder)),
        last.map(StepReport::step).orElse(0L),
        config.training().steps(),
        last.map(report -> report.model().crossEntropy()).orElse(Double.NaN),
        detail(config),
        modified(folder),
        config.parallel().devices());
  }

  private static String detail(RunConfig config) {
    ModelConfig model = config.model();
    String layers =
        model.isEncoderDecoder()
            ? model.numLayers() + " + " + model.numDecoderLayers() + " layers"
            : model.numDecoderLayers() + " layers";
    String data =
        String.join(", ", config.data().data().stream().map(RunSummaries::shortName).toList());
    return "%d experts, %s, %s".formatted(model.numExperts(), layers, data);
  }

  private static String shortName(String path) {
    if (SampleData.isText(path)) {
      return "the sample corpus";
    }
    Path name = Path.of(path).getFileName();
    return name == null ? path : name.toString();
  }

  private static long modified(Path folder) {
    try {
      Path metrics = folder.resolve(RunFolder.METRICS);
      return Files.getLastModifiedTime(
              Files.exists(metrics) ? metrics : folder.resolve(RunFolder.RUN))
          .toMillis();
    } catch (IOException e) {
      throw FileProblem.reading(folder, e);
    }
  }
}
