package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.Division;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.tensor.Arena;

/**
 * In what numbers a model's passes compute, and where their activations lie.
 *
 * @param backend of the passes, on the model's device
 * @param arena for activations, of the precision's type
 */
record Arithmetic(Precision precision, Backend backend, Arena arena) implements AutoCloseable {

  /**
   * The arithmetic of a precision on a device, which stays open when this is closed.
   *
   * @throws IllegalStateException for bfloat16 on a device of double precision
   */
  static Arithmetic of(Backend device, Precision precision) {
    Backend backend = precision.isReduced() ? device.withBfloat16() : device;
    return new Arithmetic(precision, backend, backend.arena());
  }

  /** A new pass; what the one before took is gone. */
  Pass pass(
      boolean training, long seed, long step, ActivationObserver observer, Division division) {
    arena.reset();
    return new Pass(backend, arena, training, seed, step, observer, precision, division);
  }

  @Override
  public void close() {
    arena.close();
    if (precision.isReduced()) {
      backend.close();
    }
  }
}
