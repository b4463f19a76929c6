package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/** Hears of activations while a model computes. It must not change them. */
@FunctionalInterface
public interface ActivationObserver {
  /** Hears nothing. */
  ActivationObserver NONE = (layer, activation) -> {};

  /**
   * A layer has computed (or will have, once the backend's work is done).
   *
   * @param layer such as "encoder.block.1.feed_forward"
   * @param activation what it gave; lives as long as the pass
   */
  void computed(String layer, Tensor activation);
}
