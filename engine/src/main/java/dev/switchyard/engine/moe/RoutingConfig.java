package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.Setting;

/**
 * How Switch layers route, in the paper's terms (Switch Transformers, section 2).
 *
 * @param capacity room at the experts
 * @param selection which tokens go to which experts
 * @param exploration what training tries
 * @param losses what spreads the tokens over the experts
 * @param routerIgnorePaddingTokens whether padding is neither routed nor counted
 */
public record RoutingConfig(
    CapacityConfig capacity,
    SelectionConfig selection,
    ExplorationConfig exploration,
    RouterLossConfig losses,
    @Setting("Padding tokens are neither routed nor counted.") boolean routerIgnorePaddingTokens) {

  /** Checks what no single setting shows. */
  public RoutingConfig {
    if (selection.selection().equals(SelectionConfig.EXPERT_CHOICE) && capacity.isDropless()) {
      throw new InputException(
          "selection is expert_choice, where the capacity says how many tokens an expert chooses,"
              + " but capacity_rule is dropless: choose another capacity_rule.");
    }
    boolean chosen = selection.selection().equals(SelectionConfig.EXPERT_CHOICE);
    if (chosen && exploration.exploration().equals(ExplorationConfig.SAMPLE)) {
      throw new InputException(
          "selection is expert_choice, where experts are not drawn, but exploration is sample: set"
              + " exploration to jitter.");
    }
    if (chosen && losses.routerBiasUpdateRate() > 0) {
      throw new InputException(
          "selection is expert_choice, where all experts are equally full, but"
              + " router_bias_update_rate is %s: set it to 0."
                  .formatted(losses.routerBiasUpdateRate()));
    }
    if (losses.routerBiasUpdateRate() > 0
        && exploration.exploration().equals(ExplorationConfig.SAMPLE)) {
      throw new InputException(
          "router_bias_update_rate is %s, but exploration is sample, which draws experts by their"
                  .formatted(losses.routerBiasUpdateRate())
              + " probabilities alone: set the rate to 0, or exploration to jitter.");
    }
  }

  /**
   * Top-1 routing by the rule of Mesh-TensorFlow.
   *
   * @param jitter epsilon
   * @param alpha weight of the load-balancing loss
   * @param zLoss weight of the router z-loss
   */
  public RoutingConfig(
      double capacityFactor,
      double evalCapacityFactor,
      int minExpertCapacity,
      int groups,
      double jitter,
      double alpha,
      double zLoss,
      boolean routerIgnorePaddingTokens) {
    this(
        new CapacityConfig(
            CapacityConfig.MESH_TENSORFLOW,
            capacityFactor,
            evalCapacityFactor,
            minExpertCapacity,
            CapacityConfig.defaults().expertCapacity(),
            groups,
            0),
        SelectionConfig.defaults(),
        new ExplorationConfig(
            ExplorationConfig.JITTER, jitter, ExplorationConfig.defaults().routerInputDropout()),
        new RouterLossConfig(alpha, zLoss, 0, 0, 1, 0),
        routerIgnorePaddingTokens);
  }

  /** The paper's settings. */
  public static RoutingConfig defaults() {
    return new RoutingConfig(
        CapacityConfig.defaults(),
        SelectionConfig.defaults(),
        ExplorationConfig.defaults(),
        RouterLossConfig.defaults(),
        true);
  }

  /** See {@link CapacityConfig}. */
  public double capacityFactor() {
    return capacity.capacityFactor();
  }

  /** See {@link CapacityConfig}. */
  public double evalCapacityFactor() {
    return capacity.evalCapacityFactor();
  }

  /** See {@link RouterLossConfig}. */
  public double routerAuxLossCoef() {
    return losses.routerAuxLossCoef();
  }

  /** See {@link RouterLossConfig}. */
  public double routerZLossCoef() {
    return losses.routerZLossCoef();
  }
}
