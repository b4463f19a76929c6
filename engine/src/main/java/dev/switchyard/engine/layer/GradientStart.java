package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Whether a gradient starts anew: then its memory counts as zeros whatever lies there, and the
 * first product of a sum overwrites it instead of adding to it. Experts' gradients are most of a
 * model's memory, and to clear them before each step takes as long as to read them. For one thread,
 * the model's.
 */
public final class GradientStart {
  private final Backend backend;
  private boolean anew;

  /** The start of a gradient in this backend's memory. */
  public GradientStart(Backend backend) {
    this.backend = backend;
  }

  /** From now on the gradient is 0. */
  public void again() {
    anew = true;
  }

  /** Whether the memory counts as zeros; whoever asks writes all of it. */
  boolean overwrite() {
    boolean was = anew;
    anew = false;
    return was;
  }

  /** Writes the zeros that so far only count as such. */
  void settle(Tensor gradient) {
    if (anew) {
      backend.zero(gradient);
      anew = false;
    }
  }
}
