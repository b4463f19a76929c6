package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * What a pass counts of its routing on the device, for all Switch layers together, so that it is
 * read once, when the pass is over.
 *
 * @param asked [layers, groups, E] INT32, tokens that asked for each expert, before the capacity
 * @param probabilitySums [layers, groups, E], the router's probabilities, summed over tokens
 * @param routerFigures [layers, 3], sums of entropy, squared log-sum-exp and largest probability
 */
public record RoutingTally(Tensor asked, Tensor probabilitySums, Tensor routerFigures) {
  /** Takes the memory; every Switch layer of the pass must then fill its row. */
  public static RoutingTally take(Pass pass, int layers, int groups, int experts) {
    return new RoutingTally(
        pass.takeInts(layers, groups, experts),
        pass.takeExact(layers, groups, experts),
        pass.takeExact(layers, 3));
  }

  /** The part of one Switch layer: [groups, E], [groups, E] and [3]. */
  public RoutingTally row(int layer) {
    int groups = asked.length(1);
    int experts = asked.length(2);
    return new RoutingTally(
        asked.part(layer, layer + 1).as(groups, experts),
        probabilitySums.part(layer, layer + 1).as(groups, experts),
        routerFigures.part(layer, layer + 1).as(3));
  }
}
