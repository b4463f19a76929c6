package dev.switchyard.engine.store;

import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes run folders with the history of a training that went well. */
final class Histories {
  private static final int EXPERTS = 16;

  private Histories() {}

  /** A run folder without a step. */
  static Path run(Path folder) throws IOException {
    RunFolder.create(folder, Map.of("config", Map.of())).close();
    Files.createFile(folder.resolve(RunFolder.METRICS));
    return folder;
  }

  /** Adds steps to a run's history. */
  static void write(Path run, long from, long to) throws IOException {
    try (BufferedWriter writer =
        Files.newBufferedWriter(run.resolve(RunFolder.METRICS), StandardOpenOption.APPEND)) {
      for (long step = from; step <= to; step++) {
        writer.write(RunHistory.line(report(step)));
        writer.write('\n');
      }
    }
  }

  /** The report of a step, always the same for the same step. */
  static StepReport report(long step) {
    Random noise = new Random(step * 7919 + 13);
    double progress = Math.log1p(step / 100.0);
    ModelReport model = model(step, 5.2 / (1 + progress) + 0.1 * noise.nextGaussian(), noise, 2);
    ModelReport twin =
        model(step, 5.6 / (1 + 0.8 * progress) + 0.1 * noise.nextGaussian(), noise, 0);
    return new StepReport(step, 5e-3 / Math.sqrt(step), model, twin);
  }

  private static ModelReport model(long step, double crossEntropy, Random noise, int layers) {
    List<LayerReport> reports = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      float[] load = new float[EXPERTS];
      for (int e = 0; e < EXPERTS; e++) {
        load[e] = 0.5f + noise.nextFloat();
      }
      reports.add(
          new LayerReport(
              "decoder.block." + (2 * l + 1),
              320,
              load,
              noise.nextDouble() / 50,
              1.02,
              11,
              2,
              0.3));
    }
    return new ModelReport(
        step * 4096,
        step * 0.0371 + noise.nextDouble() / 1000,
        crossEntropy + 0.03,
        crossEntropy,
        layers == 0 ? 0 : 1 + noise.nextDouble() / 100,
        11 + noise.nextDouble(),
        80 + noise.nextDouble(),
        noise.nextDouble() / 50,
        0.6 + noise.nextDouble() / 10,
        110_000 + 1000 * noise.nextGaussian(),
        reports);
  }
}
