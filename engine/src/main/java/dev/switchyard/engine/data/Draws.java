package dev.switchyard.engine.data;

import dev.switchyard.engine.tensor.RandomKey;
import java.util.stream.IntStream;

/** Random choices one after the other: a counter over the numbers of a {@link RandomKey}. */
public final class Draws {
  private final long stream;
  private long next;

  /** The choices of a key, from its origin on. */
  public Draws(RandomKey key) {
    this.stream = key.stream();
    this.next = key.origin();
  }

  /** A whole number in [0, bound). */
  public int below(int bound) {
    return (int) Math.unsignedMultiplyHigh(RandomKey.bits(stream, next++), bound);
  }

  /** True with the given probability. */
  public boolean chance(double probability) {
    return RandomKey.uniform(stream, next++) < probability;
  }

  /** The numbers 0 to {@code count - 1} in a uniformly random order. */
  public int[] permutation(int count) {
    int[] order = IntStream.range(0, count).toArray();
    for (int last = count - 1; last > 0; last--) {
      int other = below(last + 1);
      int moved = order[last];
      order[last] = order[other];
      order[other] = moved;
    }
    return order;
  }
}
