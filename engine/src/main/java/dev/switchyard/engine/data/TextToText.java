package dev.switchyard.engine.data;

import java.util.Arrays;

/**
 * Pairs of texts: the encoder reads the input, the decoder writes the target; each ends with the
 * end token. A decoder alone reads the input and goes on with the target, and only the target
 * counts. What is too long is cut at its end (the end token stays).
 *
 * @param longestInput places of the input, its end token included; a decoder alone has none there
 * @param longestTarget places of the target, the end token included
 * @param encodes whether there is an encoder
 * @param end id of the end token
 */
public record TextToText(int longestInput, int longestTarget, boolean encodes, int end)
    implements Objective {

  /** The objective of a configuration; a target length of 0 is that of the input. */
  static TextToText of(DataConfig config, Tokenizer tokenizer, boolean encodes) {
    return new TextToText(
        config.inputLength(),
        config.targetLength() > 0 ? config.targetLength() : config.inputLength(),
        encodes,
        tokenizer.end());
  }

  @Override
  public int rowLength() {
    return longestInput + longestTarget;
  }

  @Override
  public int shortestRow() {
    return 1;
  }

  @Override
  public int inputLength() {
    return encodes ? longestInput : 0;
  }

  @Override
  public int targetLength() {
    return encodes ? longestTarget : longestInput + longestTarget;
  }

  @Override
  public boolean takesPairs() {
    return true;
  }

  /** What the model reads of an input before it writes. */
  public int[] input(Row pair) {
    return encodes
        ? ended(pair.tokens(), longestInput)
        : Arrays.copyOf(pair.tokens(), Math.min(pair.tokens().length, longestInput));
  }

  /** What the model is to write. */
  public int[] target(Row pair) {
    return ended(pair.target(), longestTarget);
  }

  private int[] ended(int[] tokens, int places) {
    int kept = Math.min(tokens.length, places - 1);
    int[] ended = Arrays.copyOf(tokens, kept + 1);
    ended[kept] = end;
    return ended;
  }

  @Override
  public void write(Batch batch, int row, Row pair, long seed, long number) {
    int[] input = input(pair);
    int[] target = target(pair);
    if (encodes) {
      int at = row * batch.inputLength();
      System.arraycopy(input, 0, batch.inputs(), at, input.length);
      Arrays.fill(batch.inputMask(), at, at + input.length, 1);
      Objective.writeTarget(batch, row, target, target.length);
      return;
    }
    int[] both = Arrays.copyOf(input, input.length + target.length);
    System.arraycopy(target, 0, both, input.length, target.length);
    Objective.writeTarget(batch, row, both, both.length);
    int at = row * batch.targetLength();
    Arrays.fill(batch.labels(), at, at + input.length, Batch.IGNORED);
  }
}
