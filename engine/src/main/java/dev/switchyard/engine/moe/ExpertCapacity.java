package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;

/**
 * How many tokens an expert takes (Switch Transformers, section 2.2, equation 3). The batch's
 * tokens divide into groups of consecutive tokens; in each group an expert has the same number of
 * slots. {@link CapacityConfig} says by whose rule.
 *
 * @param factor the capacity factor that applies
 */
public record ExpertCapacity(CapacityConfig config, double factor) {

  /**
   * C of a group.
   *
   * @param tokens in the group
   */
  public int of(int tokens, int experts) {
    return (int) Math.min(Integer.MAX_VALUE, ofMany(tokens, experts));
  }

  private long ofMany(long tokens, int experts) {
    double share = tokens * factor / experts;
    return switch (config.capacityRule()) {
      case CapacityConfig.HUGGING_FACE -> config.expertCapacity();
      case CapacityConfig.DROPLESS -> tokens;
      case CapacityConfig.FLAXFORMER ->
          Math.max((long) Math.rint(share), config.minExpertCapacity());
      default -> Math.max(Math.min(tokens, (long) share), config.minExpertCapacity());
    };
  }

  /**
   * Room at an expert for a batch that is one group, as a plan reckons with it: where nothing is
   * dropped, the share of an even load; under Hugging Face's rule, that of all rows.
   */
  public long whereEven(long rows, long tokens, int experts) {
    return switch (config.capacityRule()) {
      case CapacityConfig.HUGGING_FACE ->
          Math.min(Math.multiplyExact(rows, config.expertCapacity()), tokens);
      case CapacityConfig.DROPLESS -> Math.ceilDiv(tokens, experts);
      default -> ofMany(tokens, experts);
    };
  }

  /**
   * Groups of a batch: its rows under Hugging Face's rule, else {@code routing_groups}, or with a
   * {@code routing_group_size} the fewest groups, a multiple of routing_groups, that divide the
   * tokens evenly and of which there are at least tokens / size, rounded down (as in
   * Mesh-TensorFlow, whose groups are a multiple of the mesh's; Flaxformer's are one of its experts
   * on all their devices).
   *
   * @param place what the tokens are, for the message: "the encoder's batch"
   * @throws InputException if there is no such number
   */
  public int groups(int rows, int tokens, String place) {
    if (config.capacityRule().equals(CapacityConfig.HUGGING_FACE)) {
      return rows;
    }
    int multiple = config.routingGroups();
    if (tokens % multiple != 0) {
      throw new InputException(
          ("routing_groups is %d, but %s has %d tokens, which do not divide into %d equal groups:"
                  + " choose routing_groups so that it divides %d.")
              .formatted(multiple, place, tokens, multiple, tokens));
    }
    int groups = multiple;
    if (config.routingGroupSize() > 0) {
      int fewest = Math.max(1, tokens / config.routingGroupSize());
      groups = Math.ceilDiv(fewest, multiple) * multiple;
      while (tokens % groups != 0) {
        groups += multiple; // ends at the latest where each token is a group
      }
    }
    return groups;
  }

  /** Sizes of the routing of a batch, with one choice a token; see {@link #groups}. */
  public RoutingPlan plan(int rows, int tokens, int experts, String place) {
    int groups = groups(rows, tokens, place);
    int groupSize = tokens / groups;
    return new RoutingPlan(groups, groupSize, experts, of(groupSize, experts));
  }
}
