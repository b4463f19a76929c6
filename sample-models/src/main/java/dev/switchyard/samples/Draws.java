package dev.switchyard.samples;

import dev.switchyard.engine.tensor.RandomKey;

/** Random choices one after the other: a counter over the numbers of a {@link RandomKey}. */
final class Draws {
  private final long stream;
  private long next;

  Draws(RandomKey key) {
    this.stream = key.stream();
    this.next = key.origin();
  }

  /** A whole number in [0, bound). */
  int below(int bound) {
    return (int) Math.unsignedMultiplyHigh(RandomKey.bits(stream, next++), bound);
  }

  /** True with the given probability. */
  boolean chance(double probability) {
    return RandomKey.uniform(stream, next++) < probability;
  }
}
