package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.Division;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.layer.Share;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.Intervention;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.tensor.Tensor;

/**
 * How the Switch layers of a model route.
 *
 * @param capacity of this pass
 * @param intervention what people change; null: nothing
 */
record StackRouting(
    ModelConfig config, RoutingConfig routing, ExpertCapacity capacity, Intervention intervention) {

  /** Nothing is changed. */
  StackRouting(ModelConfig config, RoutingConfig routing, ExpertCapacity capacity) {
    this(config, routing, capacity, null);
  }

  /** Whether the encoder, or the decoder, has a Switch layer at all. */
  boolean isNeeded(boolean encoder) {
    return config.switchLayers(encoder) > 0;
  }

  /**
   * Groups and capacity for a share of a batch: it has its share of the batch's groups.
   *
   * @throws InputException if they do not divide into the groups
   */
  RoutingPlan plan(boolean encoder, int rows, int tokens, Share share) {
    int groups =
        capacity.groups(
            Math.toIntExact(share.inAll(rows)),
            Math.toIntExact(share.inAll(tokens)),
            encoder ? "the encoder's batch" : "the decoder's batch");
    if (share.of(groups) == 0 || share.inAll(share.of(groups)) != groups) {
      throw new InputException(
          ("%d routing groups of %d rows do not lie within the %d rows of a device: make"
                  + " routing_groups a multiple of %d.")
              .formatted(groups, share.all(), share.count(), share.all()));
    }
    int own = (int) share.of(groups);
    int size = tokens / own;
    return new RoutingPlan(own, size, config.numExperts(), capacity.of(size, config.numExperts()));
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
    Division division = pass.division();
    long whole =
        !routing.routerIgnorePaddingTokens()
            ? division.share().inAll(sequences.tokens())
            : encoder ? division.inputTokens() : division.targetTokens();
    RoutingPlan plan = plan(encoder, sequences.rows(), sequences.tokens(), division.share());
    Routing own = Routing.of(pass, routing, plan, tokenMask, masked ? mask : null, whole);
    return intervention == null ? own : own.under(intervention);
  }
}
