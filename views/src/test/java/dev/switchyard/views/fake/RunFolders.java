package dev.switchyard.views.fake;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench.RunSummary;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Run folders on disk, as an engine would leave them. */
public final class RunFolders {
  private RunFolders() {}

  /** A run with its settings and no step yet. */
  public static Path empty(Path folder, Map<String, ?> settings) {
    RunConfig config = RunConfig.defaults().with(settings);
    RunFolder.create(folder, Map.of("config", config.values())).close();
    return folder;
  }

  /**
   * A run of so many steps.
   *
   * @param slowness 1: as {@link FakeReports}; 2: takes twice the steps to the same quality
   */
  public static Path trained(Path folder, Map<String, ?> settings, long steps, int slowness) {
    empty(folder, settings);
    write(folder, 1, steps, slowness);
    return folder;
  }

  /** A run of so many steps on the devices of a mesh. */
  public static Path divided(Path folder, Mesh mesh, int experts, long steps) {
    empty(
        folder, settings("num_experts", experts, "devices", mesh.size(), "mesh", mesh.toString()));
    try (BufferedWriter metrics = appending(folder.resolve(RunFolder.METRICS))) {
      for (long step = 1; step <= steps; step++) {
        StepReport report = FakeReports.report(step, experts, false);
        metrics.write(
            RunHistory.line(report.withDevices(FakeDevices.of(step, mesh, experts))) + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  /** Adds steps to a run's history, and an evaluation every 100. */
  public static void write(Path folder, long from, long to, int slowness) {
    try (BufferedWriter metrics = appending(folder.resolve(RunFolder.METRICS));
        BufferedWriter events = appending(folder.resolve(RunFolder.EVENTS))) {
      for (long step = from; step <= to; step++) {
        StepReport report = report(step, slowness);
        metrics.write(RunHistory.line(report) + "\n");
        if (step % 100 == 0) {
          events.write(
              """
              {"time":1,"step":%d,"kind":"evaluation","text":"","figures":{"cross_entropy":%s,"twin_cross_entropy":%s}}
              """
                  .formatted(
                      step,
                      report.model().crossEntropy() + 0.05,
                      report.twin().crossEntropy() + 0.05));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedWriter appending(Path file) throws IOException {
    return Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** The report of a step of such a run. */
  public static StepReport report(long step, int slowness) {
    StepReport quick = FakeReports.report(Math.ceilDiv(step, slowness), 4, true);
    return new StepReport(
        step, 2e-3, later(quick.model(), slowness), later(quick.twin(), slowness));
  }

  private static ModelReport later(ModelReport model, int times) {
    return new ModelReport(
        model.tokens() * times,
        model.seconds() * times,
        model.loss(),
        model.crossEntropy(),
        model.loadBalancingLoss(),
        model.zLoss(),
        model.outputZLoss(),
        model.droppedFraction(),
        model.gradientNorm(),
        model.tokensPerSecond(),
        model.layers());
  }

  /** How a run stands in the list of runs. */
  public static RunSummary summary(Path folder, String detail) {
    List<RunEvent> events =
        Files.exists(folder.resolve(RunFolder.EVENTS)) ? RunHistory.events(folder) : List.of();
    long step = RunHistory.lastReport(folder).map(StepReport::step).orElse(0L);
    return new RunSummary(
        folder,
        folder.getFileName().toString(),
        RunHistory.state(folder, events),
        step,
        step,
        2.5,
        detail,
        System.currentTimeMillis());
  }

  /** Settings by name, in order. */
  public static Map<String, Object> settings(Object... namesAndValues) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return settings;
  }
}
