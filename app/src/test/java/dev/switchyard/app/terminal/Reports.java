package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.StepReport;
import java.util.List;

/** Step reports to show. */
final class Reports {
  private Reports() {}

  /** A step of a pair whose Switch model is the better the later it is. */
  static StepReport step(long step, int experts) {
    double sparse = 5 * Math.exp(-step / 40.0) + 2;
    double dense = 5 * Math.exp(-step / 80.0) + 2.5;
    float[] load = new float[experts];
    for (int e = 0; e < experts; e++) {
      load[e] = 2.5f * e / experts;
    }
    StepReport.LayerReport layer =
        new StepReport.LayerReport("decoder.block.1", 20, load, 0.125, 1.25, 0, 1.5, 0.5);
    return new StepReport(
        step, 1e-3, model(step, sparse, List.of(layer)), model(step, dense, List.of()));
  }

  private static StepReport.ModelReport model(
      long step, double crossEntropy, List<StepReport.LayerReport> layers) {
    boolean sparse = !layers.isEmpty();
    return new StepReport.ModelReport(
        step * 1000,
        step * 0.1,
        crossEntropy + (sparse ? 0.01 : 0),
        crossEntropy,
        sparse ? 1.25 : 0,
        0,
        81,
        sparse ? 0.125 : 0,
        1,
        123_456_789,
        layers);
  }
}
