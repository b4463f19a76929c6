package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Buffer;

/**
 * Load balancing without a loss (Wang et al. 2024): each expert has a bias that is added to its
 * probability where experts are chosen, and nowhere else, so that gates and gradients do not know
 * of it. After each step it goes down by the rate where the expert's load was above the mean, and
 * up where it was below.
 */
public final class SelectionBias {
  private SelectionBias() {}

  /**
   * Moves the biases of a layer.
   *
   * @param bias [E]
   * @param load what each expert was asked, over the fair share: 1 is fair; of the whole batch,
   *     where devices share it
   */
  public static void move(Backend backend, Buffer bias, float[] load, double rate) {
    float[] values = backend.floats(bias.value());
    for (int e = 0; e < values.length; e++) {
      values[e] += (float) (rate * Math.signum(1 - load[e]));
    }
    backend.write(bias.value(), values);
    bias.use();
  }
}
