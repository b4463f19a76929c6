package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;

/**
 * How many tokens an expert takes (Switch Transformers, section 2.2, equation 3). The batch's
 * tokens divide into groups of consecutive tokens; in each group an expert has the same number of
 * slots.
 */
public final class ExpertCapacity {
  private ExpertCapacity() {}

  /**
   * C = max(min(tokens, floor(tokens x factor / experts)), smallest).
   *
   * @param tokens in the group
   * @param factor the capacity factor
   */
  public static int of(int tokens, int experts, double factor, int smallest) {
    long share = (long) Math.floor(tokens * factor / experts);
    return (int) Math.max(Math.min(tokens, share), smallest);
  }

  /**
   * Sizes of the routing of {@code tokens} tokens.
   *
   * @param groups into which the tokens divide
   * @param place what the tokens are, for the message: "the encoder's batch"
   * @throws InputException if they do not divide evenly
   */
  public static RoutingPlan plan(
      int tokens, int groups, int experts, double factor, int smallest, String place) {
    if (tokens % groups != 0) {
      throw new InputException(
          ("routing_groups is %d, but %s has %d tokens, which do not divide into %d equal groups:"
                  + " choose routing_groups so that it divides %d.")
              .formatted(groups, place, tokens, groups, tokens));
    }
    int groupSize = tokens / groups;
    return new RoutingPlan(groups, groupSize, experts, of(groupSize, experts, factor, smallest));
  }
}
