package dev.switchyard.engine.data;

/**
 * A row of raw tokens, before an {@link Objective} makes of it what the model reads and writes.
 *
 * @param tokens running text; of a pair, its input
 * @param target of a pair, else null
 */
public record Row(int[] tokens, int[] target) {
  /** A row of running text. */
  public static Row of(int[] tokens) {
    return new Row(tokens, null);
  }
}
