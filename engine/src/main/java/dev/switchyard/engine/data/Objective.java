package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.util.Arrays;

/** What a row of text becomes in a {@link Batch}: what the model reads, and what it is to write. */
public sealed interface Objective permits SpanCorruption, LanguageModel {

  /** Raw tokens that make a full row. */
  int rowLength();

  /** The fewest raw tokens that teach anything. */
  int shortestRow();

  /** Places of a row that the encoder reads, S; 0 for a decoder alone. */
  int inputLength();

  /** Places of a row that the decoder reads and writes, L. */
  int targetLength();

  /**
   * Writes one row into a batch whose places are all padding.
   *
   * @param tokens raw tokens, from {@link #shortestRow} to {@link #rowLength} of them
   * @param seed of the run
   * @param number of the row among all rows of its stream; with the seed it fixes all random
   *     choices
   */
  void write(Batch batch, int row, int[] tokens, long seed, long number);

  /**
   * The objective of a configuration.
   *
   * @throws InputException where tokenizer and lengths can't serve it
   */
  static Objective of(DataConfig config, Tokenizer tokenizer) {
    return config.objective().equals("language_model")
        ? new LanguageModel(
            config.targetLength() > 0 ? config.targetLength() : config.inputLength())
        : SpanCorruption.of(config, tokenizer);
  }

  /** Writes a row's labels and, one place to the right with {@link Tokenizer#PAD} first, inputs. */
  static void writeTarget(Batch batch, int row, int[] labels, int count) {
    int at = row * batch.targetLength();
    batch.decoderInputs()[at] = Tokenizer.PAD;
    System.arraycopy(labels, 0, batch.decoderInputs(), at + 1, count - 1);
    System.arraycopy(labels, 0, batch.labels(), at, count);
    Arrays.fill(batch.targetMask(), at, at + count, 1);
  }
}
