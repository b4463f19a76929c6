package dev.switchyard.engine.model;

import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.Intervention;
import dev.switchyard.engine.moe.RoutingConfig;

/**
 * How people's own batches are routed: as in evaluation, or with something changed.
 *
 * @param routing selection, rule of the capacity, padding
 * @param capacityFactor in place of that of evaluation; null: that of evaluation. A rule that heeds
 *     no factor gives way to Mesh-TensorFlow's
 * @param groups routing groups; 0: those of the settings where they divide the rows, else one
 * @param intervention in the routers
 * @param seed of their noise
 */
public record AlteredRouting(
    RoutingConfig routing,
    Double capacityFactor,
    int groups,
    Intervention intervention,
    long seed) {

  /** Another capacity factor alone; null: nothing is changed. */
  public static AlteredRouting of(RoutingConfig routing, Double capacityFactor) {
    return new AlteredRouting(routing, capacityFactor, 0, Intervention.NONE, 0);
  }

  /** The same with other routing groups. */
  AlteredRouting inGroups(int others) {
    return new AlteredRouting(routing, capacityFactor, others, intervention, seed);
  }

  /** The capacity for a batch of so many rows. */
  ExpertCapacity capacity(int rows) {
    CapacityConfig capacity = routing.capacity();
    if (groups > 0) {
      capacity = capacity.inGroups(groups);
    } else if (rows % capacity.routingGroups() != 0) {
      capacity = capacity.inGroups(1);
    }
    return capacityFactor == null
        ? new ExpertCapacity(capacity, capacity.evalCapacityFactor())
        : new ExpertCapacity(capacity.byFactor(), capacityFactor);
  }
}
