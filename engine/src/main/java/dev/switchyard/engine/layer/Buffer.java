package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/**
 * Numbers of a layer that no gradient moves, such as a router's selection bias: zeros at first, and
 * not in use until somebody moves or loads them. Checkpoints keep those in use.
 */
public final class Buffer {
  private final String name;
  private final Tensor value;
  private boolean inUse;

  /**
   * A buffer of zeros.
   *
   * @param name in the checkpoint
   */
  public Buffer(String name, Tensor value) {
    this.name = name;
    this.value = value;
  }

  /** Its name in the checkpoint. */
  public String name() {
    return name;
  }

  /** Its numbers. */
  public Tensor value() {
    return value;
  }

  /** Whether the numbers matter; if not, they are zeros. */
  public boolean isInUse() {
    return inUse;
  }

  /** From now on the numbers matter. */
  public void use() {
    inUse = true;
  }
}
