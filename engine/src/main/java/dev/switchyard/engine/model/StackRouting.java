package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.tensor.Tensor;

/**
 * How the Switch layers of a model route.
 *
 * @param groups into which each stack's tokens divide
 * @param capacityFactor of this pass
 */
record StackRouting(ModelConfig config, RoutingConfig routing, int groups, double capacityFactor) {

  /** Whether the encoder, or the decoder, has a Switch layer at all. */
  boolean isNeeded(boolean encoder) {
    return config.switchLayers(encoder) > 0;
  }

  /**
   * Groups and capacity for so many tokens.
   *
   * @throws InputException if they do not divide into the groups
   */
  RoutingPlan plan(boolean encoder, int tokens) {
    return ExpertCapacity.plan(
        tokens,
        groups,
        config.numExperts(),
        capacityFactor,
        routing.minExpertCapacity(),
        encoder ? "the encoder's batch" : "the decoder's batch");
  }

  /**
   * The routing of a stack's tokens; null where it has no Switch layer.
   *
   * @param mask of the sequences, on the host
   */
  Routing of(Pass pass, boolean encoder, Sequences sequences, int[] mask) {
    if (!isNeeded(encoder)) {
      return null;
    }
    boolean masked = routing.routerIgnorePaddingTokens() && sequences.mask() != null;
    Tensor tokenMask = masked ? sequences.mask().as(sequences.tokens()) : null;
    return Routing.of(
        pass, routing, plan(encoder, sequences.tokens()), tokenMask, masked ? mask : null);
  }
}
