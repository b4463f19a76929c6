package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.Setting;

/** How training tries other experts than the most probable (appendix C). */
public record ExplorationConfig(
    @Setting(
            value =
                "How training explores: argmax (not at all), sample (an expert drawn from the"
                    + " router's probabilities), input_dropout or jitter (noise on the router's"
                    + " own copy of the tokens).",
            options = {
              ExplorationConfig.ARGMAX,
              ExplorationConfig.SAMPLE,
              ExplorationConfig.INPUT_DROPOUT,
              ExplorationConfig.JITTER
            })
        String exploration,
    @Setting(
            value =
                "Jitter: the router's input is multiplied by numbers from 1-e to 1+e in training.",
            min = 0,
            max = 0.99)
        double routerJitterNoise,
    @Setting(
            value = "Share of the router's input set to 0 in training under input_dropout.",
            min = 0,
            max = 0.99)
        double routerInputDropout) {

  /** The most probable expert. */
  public static final String ARGMAX = "argmax";

  /** A drawn expert. */
  public static final String SAMPLE = "sample";

  /** Dropout of the router's input. */
  public static final String INPUT_DROPOUT = "input_dropout";

  /** Multiplicative noise on the router's input. */
  public static final String JITTER = "jitter";

  /** The paper's. */
  public static ExplorationConfig defaults() {
    return new ExplorationConfig(JITTER, 0.01, 0.1);
  }
}
