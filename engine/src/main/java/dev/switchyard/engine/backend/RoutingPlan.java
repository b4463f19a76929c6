package dev.switchyard.engine.backend;

/**
 * The sizes of one routing: T = groups x groupSize tokens, group after group; in each group, each
 * expert takes at most {@code capacity} tokens. An expert's buffer has groups x capacity slots, so
 * slot {@code (e * groups + g) * capacity + p} is place p of group g at expert e.
 *
 * @param groups groups of tokens that each share the experts' capacity
 * @param groupSize tokens in a group
 * @param experts number of experts, E
 * @param capacity expert capacity: slots of one expert for one group, C
 */
public record RoutingPlan(int groups, int groupSize, int experts, int capacity) {
  /** Tokens in all groups. */
  public int tokens() {
    return groups * groupSize;
  }

  /** Slots of one expert over all groups. */
  public int slotsPerExpert() {
    return groups * capacity;
  }

  /** Slots of all experts. */
  public int slots() {
    return experts * groups * capacity;
  }
}
