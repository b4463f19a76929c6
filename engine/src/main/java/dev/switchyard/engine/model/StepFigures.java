package dev.switchyard.engine.model;

import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one pass of a model over a batch gave.
 *
 * @param loss cross entropy, plus the weighted output z-loss, load-balancing losses and z-losses of
 *     all Switch layers
 * @param crossEntropy nats a label; 0 where there are no labels
 * @param loadBalancingLoss mean over the Switch layers, unweighted; 0 where there are none
 * @param zLoss mean over the Switch layers, unweighted
 * @param outputZLoss mean over labels of log^2 Z of the output, unweighted
 * @param droppedFraction tokens dropped over tokens routed, all Switch layers together
 * @param tokens of the batch, without padding
 * @param labels that count
 * @param layers the Switch layers, in the order in which tokens pass them
 * @param counts of the experts of each
 * @param firstNotFinite where the loss is infinite or not a number: the first layer whose result is
 */
public record StepFigures(
    double loss,
    double crossEntropy,
    double loadBalancingLoss,
    double zLoss,
    double outputZLoss,
    double droppedFraction,
    long tokens,
    long labels,
    List<LayerReport> layers,
    List<ExpertCounts> counts,
    Optional<String> firstNotFinite) {

  /** Whether the loss is a number. */
  public boolean isFinite() {
    return Double.isFinite(loss);
  }

  /** The same, naming the first layer whose result is not finite. */
  StepFigures withFirstNotFinite(String layer) {
    return new StepFigures(
        loss,
        crossEntropy,
        loadBalancingLoss,
        zLoss,
        outputZLoss,
        droppedFraction,
        tokens,
        labels,
        layers,
        counts,
        Optional.of(layer));
  }

  /** The same with an output z-loss, which is added to the loss with this weight. */
  StepFigures withOutputZLoss(double squaredLogZ, double weight) {
    return new StepFigures(
        loss + weight * squaredLogZ,
        crossEntropy,
        loadBalancingLoss,
        zLoss,
        squaredLogZ,
        droppedFraction,
        tokens,
        labels,
        layers,
        counts,
        firstNotFinite);
  }

  /** Together with another part's figures of the same step; see {@link SwitchTransformer}. */
  public StepFigures plus(StepFigures other) {
    List<LayerReport> sums = new ArrayList<>();
    List<ExpertCounts> both = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      both.add(counts.get(i).plus(other.counts.get(i)));
      sums.add(sum(layers.get(i), other.layers.get(i), both.getLast()));
    }
    return new StepFigures(
        loss + other.loss,
        crossEntropy + other.crossEntropy,
        loadBalancingLoss + other.loadBalancingLoss,
        zLoss + other.zLoss,
        outputZLoss + other.outputZLoss,
        droppedFraction + other.droppedFraction,
        tokens + other.tokens,
        labels,
        List.copyOf(sums),
        List.copyOf(both),
        firstNotFinite.or(other::firstNotFinite));
  }

  private static LayerReport sum(LayerReport a, LayerReport b, ExpertCounts counts) {
    return new LayerReport(
        a.name(),
        a.capacity(),
        counts.load(),
        a.droppedFraction() + b.droppedFraction(),
        a.loadBalancingLoss() + b.loadBalancingLoss(),
        a.zLoss() + b.zLoss(),
        a.entropy() + b.entropy(),
        a.confidence() + b.confidence(),
        a.importanceLoss() + b.importanceLoss(),
        a.loadLoss() + b.loadLoss());
  }
}
