package dev.switchyard.engine.backend;

/**
 * The sizes of one routing: T = groups x groupSize tokens, group after group; in each group, each
 * expert takes at most {@code capacity} tokens. An expert's buffer has groups x capacity slots, so
 * slot {@code (e * groups + g) * capacity + p} is place p of group g at expert e.
 *
 * @param groups groups of tokens that each share the experts' capacity
 * @param groupSize tokens in a group
 * @param experts number of experts, E
 * @param choices experts that a token may have, k; choice j of token t has index {@code t * k + j}
 * @param capacity expert capacity: slots of one expert for one group, C
 */
public record RoutingPlan(int groups, int groupSize, int experts, int choices, int capacity) {
  /** A plan in which each token has one expert. */
  public RoutingPlan(int groups, int groupSize, int experts, int capacity) {
    this(groups, groupSize, experts, 1, capacity);
  }

  /** The same with so many experts for a token. */
  public RoutingPlan withChoices(int count) {
    return new RoutingPlan(groups, groupSize, experts, count, capacity);
  }

  /** The same with so much room. */
  public RoutingPlan withCapacity(int slots) {
    return new RoutingPlan(groups, groupSize, experts, choices, slots);
  }

  /** Tokens in all groups. */
  public int tokens() {
    return groups * groupSize;
  }

  /** Choices of all tokens. */
  public int allChoices() {
    return tokens() * choices;
  }

  /** Experts in all groups: the size of what is counted for each expert and group. */
  public int queues() {
    return groups * experts;
  }

  /** Slots of one expert over all groups. */
  public int slotsPerExpert() {
    return groups * capacity;
  }

  /** Slots of all experts. */
  public int slots() {
    return experts * groups * capacity;
  }

  /** The slot of a place in the queue of a group at an expert, the place being below capacity. */
  public int slot(int expert, int group, int place) {
    return (expert * groups + group) * capacity + place;
  }
}
