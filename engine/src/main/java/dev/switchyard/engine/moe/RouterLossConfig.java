package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.Setting;

/** What spreads the tokens over the experts. */
public record RouterLossConfig(
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
    @Setting(
            value =
                "Weight of Shazeer's importance loss: the squared coefficient of variation of the"
                    + " experts' summed probabilities.",
            min = 0,
            max = 1000)
        double routerImportanceLossCoef,
    @Setting(
            value =
                "Weight of Shazeer's load loss: the squared coefficient of variation of the load"
                    + " expected under noise on the logits.",
            min = 0,
            max = 1000)
        double routerLoadLossCoef,
    @Setting(
            value = "Standard deviation of that noise; it smooths the loss, routing has none.",
            min = 1e-3,
            max = 1000)
        double routerLoadNoise,
    @Setting(
            value =
                "Balancing without a loss: after each step an expert's bias, added for selection"
                    + " only, moves by this much against its load; 0 for none.",
            min = 0,
            max = 1)
        double routerBiasUpdateRate) {

  /** The paper's. */
  public static RouterLossConfig defaults() {
    return new RouterLossConfig(0.01, 0, 0, 0, 1, 0);
  }
}
