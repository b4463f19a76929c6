package dev.switchyard.engine.plan;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Seconds of a training step, by what they go into.
 *
 * @param compute matrix products, forward and backward (and forward again where activations are
 *     recomputed), or the reading of the weights for them where that takes longer
 * @param update reading and writing weights, gradients and optimizer state
 * @param exchange all-to-alls that do not hide behind computation
 * @param model all-reduces along the model axis
 * @param gradients sums of gradients that do not hide behind the backward pass; under ZeRO-1 the
 *     updated weights too
 */
public record StepTime(
    double compute, double update, double exchange, double model, double gradients) {
  /** The whole step. */
  public double total() {
    return compute + update + exchange + model + gradients;
  }

  /** By name, for people. */
  public Map<String, Double> parts() {
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put("computation", compute);
    parts.put("weight update", update);
    parts.put("all-to-all of tokens", exchange);
    parts.put("all-reduce along the model axis", model);
    parts.put("all-reduce of gradients", gradients);
    return parts;
  }

  /** What takes the largest share. */
  public String bound() {
    return parts().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElseThrow();
  }
}
