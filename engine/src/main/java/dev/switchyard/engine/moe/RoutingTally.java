package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * What a pass counts of its routing on the device, for all Switch layers of a stack together, so
 * that it is read once, when the pass is over.
 *
 * @param asked [layers, groups, E] INT32, choices that asked for each expert, before the capacity
 * @param counted [layers, groups, E] INT32, choices that count for the load-balancing loss; the
 *     same tensor where these are all that were asked
 * @param dropped [layers, groups] INT32, routed tokens without a slot
 * @param probabilitySums [layers, groups, E], the router's probabilities, summed over tokens
 * @param expectedLoad [layers, groups, E], the load expected under noise; null without that loss
 * @param routerFigures [layers, 3], sums of entropy, squared log-sum-exp and largest probability
 */
public record RoutingTally(
    Tensor asked,
    Tensor counted,
    Tensor dropped,
    Tensor probabilitySums,
    Tensor expectedLoad,
    Tensor routerFigures) {

  /** Takes the memory; every Switch layer of the pass must then fill its row. */
  public static RoutingTally take(Pass pass, int layers, Routing routing) {
    int groups = routing.plan().groups();
    int experts = routing.plan().experts();
    Tensor asked = pass.takeInts(layers, groups, experts);
    boolean once = routing.selection().countsWhatIsAsked();
    return new RoutingTally(
        asked,
        once ? asked : pass.takeInts(layers, groups, experts),
        pass.takeInts(layers, groups),
        pass.takeExact(layers, groups, experts),
        routing.losses().hasLoadLoss() ? pass.takeExact(layers, groups, experts) : null,
        pass.takeExact(layers, 3));
  }

  /** The part of one Switch layer: [groups, E], [groups] and [3]. */
  public RoutingTally row(int layer) {
    Tensor askedHere = matrix(asked, layer);
    return new RoutingTally(
        askedHere,
        counted == asked ? askedHere : matrix(counted, layer),
        dropped.part(layer, layer + 1).as(dropped.length(1)),
        matrix(probabilitySums, layer),
        expectedLoad == null ? null : matrix(expectedLoad, layer),
        routerFigures.part(layer, layer + 1).as(3));
  }

  private static Tensor matrix(Tensor ofLayers, int layer) {
    return ofLayers.part(layer, layer + 1).as(ofLayers.length(1), ofLayers.length(2));
  }
}
