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
   * One of so many parts of equal size, each of consecutive rows.
   *
   * @throws IllegalArgumentException if the rows don't divide into them
   */
  public Batch part(int part, int parts) {
    if (parts == 1) {
      return this;
    } else if (rows % parts != 0) {
      throw new IllegalArgumentException(rows + " rows do not divide into " + parts + " parts");
    }
    return new Batch(
        rows / parts,
        inputLength,
        targetLength,
        part(inputs, part, parts),
        part(decoderInputs, part, parts),
        part(labels, part, parts),
        part(inputMask, part, parts),
        part(targetMask, part, parts));
  }

  private static int[] part(int[] of, int part, int parts) {
    int length = of.length / parts;
    return Arrays.copyOfRange(of, part * length, (part + 1) * length);
  }
}
