package dev.switchyard.engine.evaluate;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.util.ArrayList;
import java.util.List;

/** Measures a model on batches that it is not trained on. */
public final class Evaluator {
  private Evaluator() {}

  /**
   * Figures over all batches: the cross entropy is the mean over all labels, the others are means
   * over batches. The gradient norm is NaN. The loss is cross entropy and the losses of output and
   * routers together.
   *
   * @param batches one or more
   */
  public static ModelReport evaluate(SwitchTransformer model, List<Batch> batches) {
    long begin = System.nanoTime();
    List<StepFigures> all = batches.stream().map(model::evaluate).toList();
    return new Measured(all, secondsSince(begin)).report();
  }

  static double secondsSince(long begin) {
    return Math.max(1e-9, (System.nanoTime() - begin) * 1e-9);
  }

  /** Passes of a model over batches, and the time that they took. */
  record Measured(List<StepFigures> figures, double seconds) {
    /** Nats a label, over all labels. */
    double crossEntropy() {
      double labels = Math.max(1, figures.stream().mapToLong(StepFigures::labels).sum());
      return figures.stream().mapToDouble(f -> f.crossEntropy() * f.labels()).sum() / labels;
    }

    ModelReport report() {
      long tokens = figures.stream().mapToLong(StepFigures::tokens).sum();
      double others =
          mean(figures.stream().mapToDouble(f -> f.loss() - f.crossEntropy()).toArray());
      return new ModelReport(
          tokens,
          seconds,
          crossEntropy() + others,
          crossEntropy(),
          mean(figures.stream().mapToDouble(StepFigures::loadBalancingLoss).toArray()),
          mean(figures.stream().mapToDouble(StepFigures::zLoss).toArray()),
          mean(figures.stream().mapToDouble(StepFigures::outputZLoss).toArray()),
          mean(figures.stream().mapToDouble(StepFigures::droppedFraction).toArray()),
          Double.NaN,
          tokens / seconds,
          layers(figures));
    }
  }

  private static List<LayerReport> layers(List<StepFigures> all) {
    List<LayerReport> layers = new ArrayList<>();
    for (int i = 0; i < all.getFirst().layers().size(); i++) {
      int index = i;
      layers.add(mean(all.stream().map(f -> f.layers().get(index)).toList()));
    }
    return List.copyOf(layers);
  }

  private static LayerReport mean(List<LayerReport> of) {
    float[] load = new float[of.getFirst().load().length];
    for (LayerReport each : of) {
      for (int e = 0; e < load.length; e++) {
        load[e] += each.load()[e] / of.size();
      }
    }
    return new LayerReport(
        of.getFirst().name(),
        of.getFirst().capacity(),
        load,
        mean(of.stream().mapToDouble(LayerReport::droppedFraction).toArray()),
        mean(of.stream().mapToDouble(LayerReport::loadBalancingLoss).toArray()),
        mean(of.stream().mapToDouble(LayerReport::zLoss).toArray()),
        mean(of.stream().mapToDouble(LayerReport::entropy).toArray()),
        mean(of.stream().mapToDouble(LayerReport::confidence).toArray()),
        mean(of.stream().mapToDouble(LayerReport::importanceLoss).toArray()),
        mean(of.stream().mapToDouble(LayerReport::loadLoss).toArray()));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
