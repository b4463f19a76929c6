package dev.switchyard.engine.bench;

import dev.switchyard.engine.configuration.Setting;
import dev.switchyard.engine.data.Batch;
import java.util.Arrays;
import java.util.Random;

/** What one benchmarked step has to read and write: a batch without padding. */
public record Workload(
    @Setting(value = "Rows in a batch.", min = 1, max = 1_000_000) int batch,
    @Setting(value = "Tokens of a row that the encoder reads.", min = 1, max = 1_000_000)
        int inputLength,
    @Setting(value = "Tokens of a row that the decoder writes.", min = 1, max = 1_000_000)
        int targetLength,
    @Setting(
            value = "Numbers that the step computes in; selective: the router alone in float32.",
            options = {"float32", "bfloat16", "selective"})
        String precision,
    @Setting(
            value = "What updates the weights; adafactor needs half of adamw's memory.",
            options = {"adamw", "adafactor"})
        String optimizer) {
  // 0 and 1 are padding and the end of a text.
  private static final int FIRST_ID = 2;

  /** Tokens of a step, inputs and targets together. */
  public long tokens() {
    return (long) batch * (inputLength + targetLength);
  }

  /**
   * Rows of random tokens.
   *
   * @param hasEncoder no for a decoder alone, which has no inputs
   */
  Batch batch(int vocabulary, boolean hasEncoder, long seed) {
    Random random = new Random(seed);
    int length = hasEncoder ? inputLength : 0;
    int[] inputs = ids(random, batch * length, vocabulary);
    int[] labels = ids(random, batch * targetLength, vocabulary);
    int[] decoderInputs = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      decoderInputs[i] = i % targetLength == 0 ? 0 : labels[i - 1];
    }
    return new Batch(
        batch,
        length,
        targetLength,
        inputs,
        decoderInputs,
        labels,
        ones(inputs.length),
        ones(labels.length));
  }

  private static int[] ids(Random random, int count, int vocabulary) {
    int from = Math.min(FIRST_ID, vocabulary - 1);
    return random.ints(count, from, vocabulary).toArray();
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
