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
 * @param capacity of this pass
 */
record StackRouting(ModelConfig config, RoutingConfig routing, ExpertCapacity capacity) {

  /** Whether the encoder, or the decoder, has a Switch layer at all. */
  boolean isNeeded(boolean encoder) {
    return config.switchLayers(encoder) > 0;
  }

  /**
   * Groups and capacity for so many tokens.
   *
   * @throws InputException if they do not divide into the groups
   */
  RoutingPlan plan(boolean encoder, int rows, int tokens) {
    return capacity.plan(
        rows, tokens, config.numExperts(), encoder ? "the encoder's batch" : "the decoder's batch");
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
    RoutingPlan plan = plan(encoder, sequences.rows(), sequences.tokens());
    return Routing.of(pass, routing, plan, tokenMask, masked ? mask : null);
  }
}
