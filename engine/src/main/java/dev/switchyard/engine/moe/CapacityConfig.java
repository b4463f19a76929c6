package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.Setting;

/**
 * How much room the experts have.
 *
 * <p>{@code capacity_rule} says whose arithmetic it is; S tokens in a group, N experts, f the
 * factor of training or evaluation, m the smallest capacity:
 *
 * <ul>
 *   <li>mesh_tensorflow: max(min(S, floor(S f / N)), m), the paper's own code;
 *   <li>flaxformer: max(round(S f / N), m), halves to the even number, the released checkpoints'
 *       code;
 *   <li>hugging_face: {@code expert_capacity} slots for each row of the batch, whatever its length,
 *       in training and evaluation alike;
 *   <li>dropless: as much as the fullest expert needs, no token is dropped.
 * </ul>
 */
public record CapacityConfig(
    @Setting(
            value =
                "Whose rule gives the expert capacity: mesh_tensorflow (rounded down), flaxformer"
                    + " (rounded), hugging_face (expert_capacity for each row), or dropless.",
            options = {
              CapacityConfig.MESH_TENSORFLOW,
              CapacityConfig.FLAXFORMER,
              CapacityConfig.HUGGING_FACE,
              CapacityConfig.DROPLESS
            })
        String capacityRule,
    @Setting(
            value =
                "Room at each expert in training: expert capacity = tokens of a group / experts x"
                    + " capacity_factor, rounded.",
            min = 0.01,
            max = 1000,
            common = true)
        double capacityFactor,
    @Setting(
            value = "The capacity factor in evaluation and in the explorer.",
            min = 0.01,
            max = 1000)
        double evalCapacityFactor,
    @Setting(value = "Smallest expert capacity.", min = 1, max = 1_000_000) int minExpertCapacity,
    @Setting(
            value = "Tokens of a row that an expert takes under the rule hugging_face.",
            min = 1,
            max = 1_000_000)
        int expertCapacity,
    @Setting(
            value = "Groups into which the batch divides; each shares the experts' capacity.",
            min = 1,
            max = 65536)
        int routingGroups,
    @Setting(
            value =
                "Tokens of a group, about: the fewest groups that are a multiple of routing_groups,"
                    + " divide the batch's tokens evenly and are at least tokens /"
                    + " routing_group_size, rounded down (a group may be somewhat larger); 0 for"
                    + " routing_groups exactly.",
            min = 0,
            max = 1_000_000_000)
        int routingGroupSize) {

  /** Mesh-TensorFlow's arithmetic. */
  public static final String MESH_TENSORFLOW = "mesh_tensorflow";

  /** Flaxformer's arithmetic. */
  public static final String FLAXFORMER = "flaxformer";

  /** Hugging Face's: a fixed capacity for each row. */
  public static final String HUGGING_FACE = "hugging_face";

  /** No limit. */
  public static final String DROPLESS = "dropless";

  /** The paper's. */
  public static CapacityConfig defaults() {
    return new CapacityConfig(MESH_TENSORFLOW, 1.25, 2.0, 4, 64, 1, 0);
  }

  /** The same with exactly so many groups. */
  public CapacityConfig inGroups(int groups) {
    return new CapacityConfig(
        capacityRule,
        capacityFactor,
        evalCapacityFactor,
        minExpertCapacity,
        expertCapacity,
        groups,
        0);
  }

  /** The same with room for so many tokens of a group at every expert. */
  public CapacityConfig withRoomFor(int tokens) {
    return new CapacityConfig(
        MESH_TENSORFLOW,
        capacityFactor,
        evalCapacityFactor,
        tokens,
        expertCapacity,
        routingGroups,
        routingGroupSize);
  }

  /** The same with a rule that heeds a factor: for those that do not, Mesh-TensorFlow's. */
  public CapacityConfig byFactor() {
    boolean heeded = capacityRule.equals(MESH_TENSORFLOW) || capacityRule.equals(FLAXFORMER);
    return new CapacityConfig(
        heeded ? capacityRule : MESH_TENSORFLOW,
        capacityFactor,
        evalCapacityFactor,
        heeded ? minExpertCapacity : 1,
        expertCapacity,
        routingGroups,
        routingGroupSize);
  }

  /** Whether every expert takes all that come. */
  public boolean isDropless() {
    return capacityRule.equals(DROPLESS);
  }
}
