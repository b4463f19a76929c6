package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/**
 * How the T = rows x length tokens of a tensor [T, d] lie: row after row.
 *
 * @param rows of the batch, B
 * @param length tokens of a row, L
 * @param mask [B, L] INT32, 1 for tokens and 0 for padding; null where nothing is padding
 */
public record Sequences(int rows, int length, Tensor mask) {
  /** Tokens of all rows. */
  public int tokens() {
    return Math.multiplyExact(rows, length);
  }
}
