package dev.switchyard.engine.data;

import dev.switchyard.engine.data.Position.Place;
import dev.switchyard.engine.tensor.RandomKey;

/**
 * The rows of one corpus, cut from its training documents epoch after epoch, and drawn in random
 * order from windows of {@code shuffle_rows}.
 */
final class ShuffledRows implements RowSource {
  private static final int SITE = 0x726F7773;

  private final Corpus corpus;
  private final long seed;
  private final RowReader reader;

  private long row;

  /** The window in hand: its rows, the order in which they are given, and where it starts. */
  private Row[] window;

  private int[] order;
  private Place start;

  /** The window after it grows by a row with each row that is given. */
  private Row[] following;

  private Place followingStart;

  /**
   * Rows from a position on.
   *
   * @param position of this corpus; two windows of text are read again at most
   */
  ShuffledRows(
      DataConfig config,
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      long seed,
      Position position) {
    this.corpus = corpus;
    this.seed = seed;
    this.row = position.row();
    this.start = position.window();
    this.reader = new RowReader(corpus, tokenizer, objective, config.packDocuments(), seed, start);
    int length = config.shuffleRows();
    this.window = new Row[length];
    this.following = new Row[length];
    this.order = windowOrder();
    read(window, length);
    this.followingStart = reader.place();
    read(following, inWindow());
  }

  @Override
  public Drawn next() {
    int drawn = order[inWindow()];
    Drawn next = new Drawn(window[drawn], seed, row - inWindow() + drawn);
    following[inWindow()] = reader.next();
    row++;
    if (inWindow() == 0) {
      Row[] used = window;
      window = following;
      following = used;
      start = followingStart;
      followingStart = reader.place();
      order = windowOrder();
    }
    return next;
  }

  private int inWindow() {
    return (int) (row % window.length);
  }

  private int[] windowOrder() {
    return new Draws(new RandomKey(seed, row / window.length, SITE)).permutation(window.length);
  }

  private void read(Row[] into, int count) {
    for (int i = 0; i < count; i++) {
      into[i] = reader.next();
    }
  }

  @Override
  public Position position() {
    return new Position(row, start, corpus.key());
  }

  @Override
  public long epoch() {
    return start.epoch();
  }

  @Override
  public void close() {
    reader.close();
  }
}
