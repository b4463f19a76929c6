package dev.switchyard.engine.data;

import dev.switchyard.engine.tensor.RandomKey;
import java.util.Arrays;

/**
 * Prefix language model (T5's name for it): the encoder reads the beginning of a row, the decoder
 * writes the rest. The row is split at a place drawn uniformly among those that leave a token on
 * both sides, or always where the encoder's places are full.
 *
 * @param inputLength places that the encoder reads, S
 * @param targetLength places that the decoder writes, L
 * @param random whether the split is drawn; a row then has one token more than the shorter side, so
 *     that every split fits; else S + L
 */
public record PrefixLanguageModel(int inputLength, int targetLength, boolean random)
    implements Objective {
  private static final int SITE = 0x70726566;

  /** The objective of a configuration; a target length of 0 is that of the input. */
  static PrefixLanguageModel of(DataConfig config) {
    return new PrefixLanguageModel(
        config.inputLength(),
        config.targetLength() > 0 ? config.targetLength() : config.inputLength(),
        config.prefixSplit().equals("random"));
  }

  @Override
  public int rowLength() {
    return random ? Math.min(inputLength, targetLength) + 1 : inputLength + targetLength;
  }

  @Override
  public int shortestRow() {
    return 2;
  }

  /** Tokens of a row of {@code length} that the encoder reads, from 1 to length - 1. */
  int split(int length, long seed, long number) {
    if (random) {
      return 1 + new Draws(new RandomKey(seed, number, SITE)).below(length - 1);
    }
    // A short row is divided as a full one is.
    long share = (long) length * inputLength / (inputLength + targetLength);
    return Math.clamp(share, 1, length - 1);
  }

  @Override
  public void write(Batch batch, int row, Row raw, long seed, long number) {
    int[] tokens = raw.tokens();
    int split = split(tokens.length, seed, number);
    int at = row * batch.inputLength();
    System.arraycopy(tokens, 0, batch.inputs(), at, split);
    Arrays.fill(batch.inputMask(), at, at + split, 1);
    Objective.writeTarget(
        batch, row, Arrays.copyOfRange(tokens, split, tokens.length), tokens.length - split);
  }
}
