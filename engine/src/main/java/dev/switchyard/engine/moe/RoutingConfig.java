package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.Setting;

/** How Switch layers route, in the paper's terms (Switch Transformers, section 2). */
public record RoutingConfig(
    @Setting(
            value =
                "Room at each expert in training: expert capacity = tokens of a group / experts x"
                    + " capacity_factor, rounded down.",
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
            value = "Groups into which the batch divides; each shares the experts' capacity.",
            min = 1,
            max = 65536)
        int routingGroups,
    @Setting(
            value =
                "Jitter: the router's input is multiplied by numbers from 1-e to 1+e in training.",
            min = 0,
            max = 0.99)
        double routerJitterNoise,
    @Setting(
            value =
                "alpha: weight of the load-balancing loss alpha x N x sum(f_i x P_i), one for each"
                    + " Switch layer.",
            min = 0,
            max = 1000,
            common = true)
        double routerAuxLossCoef,
    @Setting(
            value = "Weight of the router z-loss, the mean squared log-sum-exp of the logits.",
            min = 0,
            max = 1000)
        double routerZLossCoef,
    @Setting("Padding tokens are neither routed nor counted.") boolean routerIgnorePaddingTokens) {

  /** The paper's settings. */
  public static RoutingConfig defaults() {
    return new RoutingConfig(1.25, 2.0, 4, 1, 0.01, 0.01, 0, true);
  }

  /**
   * Expert capacity of a group, C = max(min(tokens, floor(tokens x factor / experts)), smallest).
   *
   * @param tokens tokens in the group
   * @param experts number of experts
   * @param training whether the factor of training or that of evaluation applies
   */
  public int capacity(int tokens, int experts, boolean training) {
    double factor = training ? capacityFactor : evalCapacityFactor;
    return ExpertCapacity.of(tokens, experts, factor, minExpertCapacity);
  }
}
