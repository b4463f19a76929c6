package dev.switchyard.engine.data;

import java.util.Arrays;

/** What a row of text becomes in a {@link Batch}: what the model reads, and what it is to write. */
public sealed interface Objective
    permits SpanCorruption, PrefixLanguageModel, LanguageModel, TextToText {

  /** The setting objective of pairs of texts. */
  String TEXT_TO_TEXT = "text_to_text";

  /** Raw tokens that make a full row. */
  int rowLength();

  /** The fewest raw tokens that teach anything. */
  int shortestRow();

  /** Places of a row that the encoder reads, S; 0 for a decoder alone. */
  int inputLength();

  /** Places of a row that the decoder reads and writes, L. */
  int targetLength();

  /** Whether rows are pairs of texts; else they are cut out of running text. */
  default boolean takesPairs() {
    return false;
  }

  /**
   * Writes one row into a batch whose places are all padding.
   *
   * @param raw of running text: from {@link #shortestRow} to {@link #rowLength} tokens; of pairs:
   *     of any length
   * @param seed of the run
   * @param number of the row among all rows of its stream; with the seed it fixes all random
   *     choices
   */
  void write(Batch batch, int row, Row raw, long seed, long number);

  /**
   * The objective of a configuration.
   *
   * @param encodes whether the model has an encoder
   * @throws dev.switchyard.engine.configuration.InputException where tokenizer and lengths can't
   *     serve it
   */
  static Objective of(DataConfig config, Tokenizer tokenizer, boolean encodes) {
    return switch (config.objective()) {
      case "language_model" ->
          new LanguageModel(
              config.targetLength() > 0 ? config.targetLength() : config.inputLength());
      case "prefix_language_model" -> PrefixLanguageModel.of(config);
      case TEXT_TO_TEXT -> TextToText.of(config, tokenizer, encodes);
      default -> SpanCorruption.of(config, tokenizer);
    };
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
