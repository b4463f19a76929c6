package dev.switchyard.engine.layer;

/**
 * The uses of random numbers in a block. Each has a site of its own in {@link
 * dev.switchyard.engine.tensor.RandomKey}, made of stack, block and use alone: so the dense twin
 * and any layout over devices draw the same numbers.
 */
public enum RandomUse {
  /** Dropout of the embedded tokens (block 0). */
  EMBEDDING,
  /** Dropout of self-attention's probabilities. */
  SELF_ATTENTION,
  /** Dropout of self-attention's output. */
  SELF_ATTENTION_OUTPUT,
  /** Dropout of cross-attention's probabilities. */
  CROSS_ATTENTION,
  /** Dropout of cross-attention's output. */
  CROSS_ATTENTION_OUTPUT,
  /** Jitter or dropout of the router's input. */
  ROUTER_JITTER,
  /** Dropout of a feed-forward network's hidden layer. */
  HIDDEN,
  /** Dropout of an expert's hidden layer. */
  EXPERT_HIDDEN,
  /** Dropout of a feed-forward or Switch layer's output. */
  FEED_FORWARD_OUTPUT,
  /** Dropout after the stack's last normalisation (block 0). */
  FINAL,
  /** Dropout of a shared expert's hidden layer. */
  SHARED_EXPERT_HIDDEN,
  /** Drawing of an expert from the router's probabilities. */
  ROUTER_SAMPLE,
  /** Whether a token's second expert is asked. */
  SECOND_EXPERT;

  /** The site of this use in a block of the encoder or of the decoder. */
  public int site(boolean encoder, int block) {
    return (encoder ? 0 : 1 << 24) | block << 8 | ordinal();
  }
}
