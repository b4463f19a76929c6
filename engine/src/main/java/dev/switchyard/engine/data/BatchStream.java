package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Position.Place;
import dev.switchyard.engine.tensor.RandomKey;
import java.util.List;

/**
 * Batches of a corpus without end, a pure function of text, settings and seed. Rows are cut from
 * the training documents, epoch after epoch, and drawn in random order from windows of {@code
 * shuffle_rows}. {@link #position()} at any batch and {@link #resume} go on with the very same
 * rows, also with another number of rows in a batch; that reads two windows again at most.
 *
 * <p>For one thread at a time; the tokenizer stays the caller's.
 */
public final class BatchStream implements AutoCloseable {
  private static final int SITE = 0x726F7773;

  private final DataConfig config;
  private final Corpus corpus;
  private final Tokenizer tokenizer;
  private final Objective objective;
  private final int rows;
  private final long seed;
  private final RowReader reader;

  private long row;

  /** The window in hand: its rows, the order in which they are given, and where it starts. */
  private int[][] window;

  private int[] order;
  private Place start;

  /** The window after it grows by a row with each row that is given. */
  private int[][] following;

  private Place followingStart;
  private List<Batch> evaluation = List.of();
  private int evaluationBatches;

  private BatchStream(
      DataConfig config,
      Corpus corpus,
      Tokenizer tokenizer,
      int rows,
      long seed,
      Position position) {
    if (corpus.evalFraction() >= 1) {
      throw new InputException(
          "eval_fraction is 1, which leaves no text for training: lower it, to 0.02 for example.");
    }
    this.config = config;
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.objective = Objective.of(config, tokenizer);
    this.rows = rows;
    this.seed = seed;
    this.row = position.row();
    this.start = position.window();
    this.reader = new RowReader(corpus, tokenizer, objective, config.packDocuments(), seed, start);
    int length = config.shuffleRows();
    this.window = new int[length][];
    this.following = new int[length][];
    this.order = windowOrder();
    read(window, length);
    this.followingStart = reader.place();
    read(following, inWindow());
  }

  /**
   * The batches of a new run.
   *
   * @param rows of each batch
   * @param seed of the run
   * @throws InputException where text, tokenizer and settings don't fit together
   */
  public static BatchStream open(
      DataConfig config, Corpus corpus, Tokenizer tokenizer, int rows, long seed) {
    return new BatchStream(
        config, corpus, tokenizer, rows, seed, new Position(0, Place.START, corpus.key()));
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
      int rows,
      long seed,
      Position position) {
    if (!position.corpus().equals(corpus.key())) {
      throw Corpus.changed("its files or their sizes", "are not the same");
    }
    return new BatchStream(config, corpus, tokenizer, rows, seed, position);
  }

  /** What rows become: their lengths, and how they are corrupted. */
  public Objective objective() {
    return objective;
  }

  /** Passes through the training documents that are complete (where the window in hand starts). */
  public long epoch() {
    return start.epoch();
  }

  /** Where the stream stands: before the batch that {@link #next} gives next. */
  public Position position() {
    return new Position(row, start, corpus.key());
  }

  /** The next batch of [rows, inputLength] and [rows, targetLength]. */
  public Batch next() {
    Batch batch = Batch.empty(rows, objective.inputLength(), objective.targetLength());
    for (int i = 0; i < rows; i++) {
      writeNextRow(batch, i);
    }
    return batch;
  }

  private void writeNextRow(Batch batch, int at) {
    int drawn = order[inWindow()];
    long number = row - inWindow() + drawn;
    objective.write(batch, at, window[drawn], seed, number);
    following[inWindow()] = reader.next();
    row++;
    if (inWindow() == 0) {
      int[][] used = window;
      window = following;
      following = used;
      start = followingStart;
      followingStart = reader.place();
      order = windowOrder();
    }
  }

  private int inWindow() {
    return (int) (row % window.length);
  }

  private int[] windowOrder() {
    return new Draws(new RandomKey(seed, row / window.length, SITE)).permutation(window.length);
  }

  private void read(int[][] into, int count) {
    for (int i = 0; i < count; i++) {
      into[i] = reader.next();
    }
  }

  /** The held-out batches of {@link Evaluation}, kept for the next call. */
  public List<Batch> evaluation(int batches) {
    if (batches != evaluationBatches) {
      evaluation = Evaluation.batches(config, corpus, tokenizer, rows, batches);
      evaluationBatches = batches;
    }
    return evaluation;
  }

  @Override
  public void close() {
    reader.close();
  }
}
