package dev.switchyard.engine.layer;

/**
 * In what numbers a pass computes. Weights, their gradients and the optimizer's state are float32
 * in each of them; how the other two round is laid down in {@link
 * dev.switchyard.engine.backend.Bfloat16Backend}.
 */
public enum Precision {
  /** All in float32. */
  FLOAT32,

  /**
   * Weights at use, activations, their gradients and the factors of all products are bfloat16, the
   * router's too: its input, logits, probabilities and gate. Float32 are sums within an operation,
   * attention's scores, the normalisations' root mean squares, the losses, what is only counted for
   * people, and gradients of weights.
   */
  BFLOAT16,

  /**
   * Selective precision (Switch Transformers, section 2.4 and Table 2): bfloat16, but the router's
   * input is cast to float32, and its weights, logits, probabilities, gate and their gradients are
   * float32. The gate meets the expert's result in float32, and the product is rounded.
   */
  SELECTIVE;

  /** The names of all, as settings have them. */
  public static final String OPTIONS = "float32, bfloat16, selective";

  /** The precision of a setting's name: float32, bfloat16 or selective. */
  public static Precision named(String name) {
    for (Precision precision : values()) {
      if (precision.toString().equals(name)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "There is no precision \"" + name + "\"; there are " + OPTIONS + ".");
  }

  /** Whether activations are bfloat16. */
  public boolean isReduced() {
    return this != FLOAT32;
  }

  /** The setting's name. */
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
