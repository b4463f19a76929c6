package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;

/**
 * Batches of a corpus without end, a pure function of text, settings and seed. {@link #position()}
 * at any batch and {@link #resume} go on with the very same rows, also with another number of rows
 * in a batch.
 *
 * <p>For one thread at a time; the tokenizer stays the caller's.
 */
public final class BatchStream implements AutoCloseable {
  private final Objective objective;
  private final int rows;
  private final RowSource source;

  private BatchStream(
      DataConfig config,
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      int rows,
      long seed,
      Position position) {
    if (corpus.evalFraction() >= 1) {
      throw new InputException(
          "eval_fraction is 1, which leaves no text for training: lower it, to 0.02 for example.");
    }
    this.objective = objective;
    this.rows = rows;
    Languages languages = Languages.of(config, corpus);
    this.source =
        languages.isEmpty()
            ? new ShuffledRows(config, corpus, tokenizer, objective, seed, position)
            : new LanguageMixture(config, corpus, languages, tokenizer, objective, seed, position);
  }

  /**
   * The batches of a new run.
   *
   * @param objective what rows become
   * @param rows of each batch
   * @param seed of the run
   * @throws InputException where text, tokenizer and settings don't fit together
   */
  public static BatchStream open(
      DataConfig config,
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      int rows,
      long seed) {
    Position start = Position.start(corpus);
    return new BatchStream(config, corpus, tokenizer, objective, rows, seed, start);
  }

  /**
   * The batches of a run that goes on, with the same settings, tokenizer and seed.
   *
   * @throws InputException where files of the corpus came, went, or have another size; {@link
   *     Corpus#verify} also compares contents
   */
  public static BatchStream resume(
      DataConfig config,
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      int rows,
      long seed,
      Position position) {
    if (!position.corpus().equals(corpus.key())) {
      throw Corpus.changed("its files or their sizes", "are not the same");
    }
    return new BatchStream(config, corpus, tokenizer, objective, rows, seed, position);
  }

  /** Passes through the training documents that are complete (where the window in hand starts). */
  public long epoch() {
    return source.epoch();
  }

  /** Where the stream stands: before the batch that {@link #next} gives next. */
  public Position position() {
    return source.position();
  }

  /** The next batch of [rows, inputLength] and [rows, targetLength]. */
  public Batch next() {
    Batch batch = Batch.empty(rows, objective.inputLength(), objective.targetLength());
    for (int i = 0; i < rows; i++) {
      RowSource.Drawn drawn = source.next();
      objective.write(batch, i, drawn.row(), drawn.seed(), drawn.number());
    }
    return batch;
  }

  @Override
  public void close() {
    source.close();
  }
}
