package dev.switchyard.engine.tensor;

/** What one element of a {@link Tensor} is, and how many bytes it takes. */
public enum ElementType {
  FLOAT32(4),
  /** Double precision: for gradient checks only. */
  FLOAT64(8),
  /** Activations in reduced precision; see {@link Bfloat16}. */
  BFLOAT16(2),
  INT32(4);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether elements are real numbers. */
  public boolean isFloat() {
    return this != INT32;
  }
}
