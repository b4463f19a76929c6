package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * What training does so that other experts than the most probable are tried (appendix C). Noise
 * multiplies the router's own copy of the tokens; the experts see them as they are.
 *
 * @param kind one of {@link ExplorationConfig}'s
 * @param rate of jitter or dropout
 */
public record Exploration(String kind, double rate) {
  /** None: outside of training. */
  public static final Exploration NONE = new Exploration(ExplorationConfig.ARGMAX, 0);

  /** That of the settings, for a training pass. */
  public static Exploration of(ExplorationConfig config) {
    return switch (config.exploration()) {
      case ExplorationConfig.JITTER ->
          config.routerJitterNoise() == 0
              ? NONE
              : new Exploration(ExplorationConfig.JITTER, config.routerJitterNoise());
      case ExplorationConfig.INPUT_DROPOUT ->
          config.routerInputDropout() == 0
              ? NONE
              : new Exploration(ExplorationConfig.INPUT_DROPOUT, config.routerInputDropout());
      case ExplorationConfig.SAMPLE -> new Exploration(ExplorationConfig.SAMPLE, 0);
      default -> NONE;
    };
  }

  /** Whether experts are drawn by their probabilities. */
  boolean samples() {
    return kind.equals(ExplorationConfig.SAMPLE);
  }

  /** Whether the router sees something else than the tokens. */
  boolean changesInput() {
    return rate > 0;
  }

  /** The router's copy of x; on a gradient, with the same site, the way back. May be in place. */
  void apply(Pass pass, int site, Tensor x, Tensor out) {
    if (kind.equals(ExplorationConfig.JITTER)) {
      pass.backend().jitter(x, rate, pass.key(site, x), out);
    } else {
      pass.backend().dropout(x, rate, pass.key(site, x), out);
    }
  }
}
