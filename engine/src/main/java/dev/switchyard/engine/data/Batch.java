package dev.switchyard.engine.data;

import java.util.Arrays;

/**
 * One batch of token ids, row after row. A decoder alone has no inputs (inputLength 0).
 *
 * @param rows number of rows, B
 * @param inputLength tokens of a row that the encoder reads, S
 * @param targetLength tokens of a row that the decoder reads and writes, L
 * @param inputs [B * S], padding is {@link Tokenizer#PAD}
 * @param decoderInputs [B * L]: the labels one place to the right, PAD first
 * @param labels [B * L]: what the decoder is to write; {@link #IGNORED} where nothing counts
 * @param inputMask [B * S], 1 for tokens, 0 for padding
 * @param targetMask [B * L], 1 for places that count, 0 for padding
 */
public record Batch(
    int rows,
    int inputLength,
    int targetLength,
    int[] inputs,
    int[] decoderInputs,
    int[] labels,
    int[] inputMask,
    int[] targetMask) {

  /** The label of a place that does not count. */
  public static final int IGNORED = -100;

  /** A batch whose places are all padding. */
  static Batch empty(int rows, int inputLength, int targetLength) {
    int[] labels = new int[rows * targetLength];
    Arrays.fill(labels, IGNORED);
    return new Batch(
        rows,
        inputLength,
        targetLength,
        new int[rows * inputLength],
        new int[rows * targetLength],
        labels,
        new int[rows * inputLength],
        new int[rows * targetLength]);
  }

  /** Tokens in the batch without padding, inputs and targets together. */
  public long tokens() {
    long tokens = 0;
    for (int m : inputMask) {
      tokens += m;
    }
    for (int m : targetMask) {
      tokens += m;
    }
    return tokens;
  }

  /** Whether some place is padding. */
  public boolean hasPadding() {
    return tokens() < (long) rows * (inputLength + targetLength);
  }

  /** Labels that count. */
  public long countedLabels() {
    return Arrays.stream(labels).filter(label -> label >= 0).count();
  }

  /**
   * Some consecutive rows.
   *
   * @param first row, from 0
   * @param count rows
   */
  public Batch rows(int first, int count) {
    if (first == 0 && count == rows) {
      return this;
    }
    return new Batch(
        count,
        inputLength,
        targetLength,
        rows(inputs, first, count, inputLength),
        rows(decoderInputs, first, count, targetLength),
        rows(labels, first, count, targetLength),
        rows(inputMask, first, count, inputLength),
        rows(targetMask, first, count, targetLength));
  }

  private static int[] rows(int[] of, int first, int count, int length) {
    return Arrays.copyOfRange(of, first * length, (first + count) * length);
  }
}
