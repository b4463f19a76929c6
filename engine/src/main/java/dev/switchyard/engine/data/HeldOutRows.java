package dev.switchyard.engine.data;

import dev.switchyard.engine.tensor.RandomKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of raw tokens from the documents held out for evaluation: always the same ones. The files
 * take turns, one document each, so that a few rows already come from all over the corpus.
 */
final class HeldOutRows {
  private static final long ORDER_SEED = 0x68656C64;

  private final Corpus corpus;
  private final Tokenizer tokenizer;
  private final Objective objective;
  private final boolean packed;
  private final int wanted;
  private final List<Row> rows = new ArrayList<>();

  /** Tokens of a row that is not full yet. */
  private final int[] partial;

  private int filled;

  private HeldOutRows(
      Corpus corpus, Tokenizer tokenizer, Objective objective, boolean packed, int wanted) {
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.objective = objective;
    this.packed = packed && !objective.takesPairs();
    this.wanted = wanted;
    this.partial = new int[objective.takesPairs() ? 0 : objective.rowLength()];
  }

  /** Up to {@code wanted} rows; fewer only where no more text is held out. */
  static List<Row> read(
      Corpus corpus, Tokenizer tokenizer, Objective objective, boolean packed, int wanted) {
    HeldOutRows reading = new HeldOutRows(corpus, tokenizer, objective, packed, wanted);
    reading.read();
    return reading.rows;
  }

  private void read() {
    int files = corpus.files().size();
    int[] order = new Draws(new RandomKey(ORDER_SEED, 0, 0)).permutation(files);
    long[] offsets = new long[files];
    long[] numbers = new long[files];
    boolean[] ended = new boolean[files];
    int open = files;
    while (open > 0) {
      for (int file : order) {
        if (ended[file]) {
          continue;
        }
        Document document = nextHeldOut(file, offsets[file], numbers[file]);
        if (document == null) {
          ended[file] = true;
          open--;
        } else {
          offsets[file] = document.nextOffset();
          numbers[file] = document.number() + 1;
          add(document);
        }
        if (rows.size() >= wanted) {
          return;
        }
      }
    }
    // The last, short row counts only where it is all there is: the others are full.
    if (rows.isEmpty() && filled >= objective.shortestRow()) {
      finishRow();
    }
  }

  private Document nextHeldOut(int file, long offset, long number) {
    try (DocumentReader reader = corpus.reader(file, offset, number)) {
      Document document = reader.next();
      while (document != null && !corpus.isHeldOut(file, document.number())) {
        document = reader.next();
      }
      return document;
    }
  }

  private void add(Document document) {
    if (objective.takesPairs()) {
      rows.add(new Row(tokenizer.ids(document.text()), tokenizer.ids(document.target())));
    } else {
      add(RowReader.tokensOf(tokenizer, document, packed));
    }
  }

  private void add(int[] tokens) {
    for (int token = 0; token < tokens.length && rows.size() < wanted; ) {
      int taken = Math.min(partial.length - filled, tokens.length - token);
      System.arraycopy(tokens, token, partial, filled, taken);
      token += taken;
      filled += taken;
      if (filled == partial.length) {
        finishRow();
      }
    }
    if (!packed) {
      if (filled >= objective.shortestRow() && rows.size() < wanted) {
        finishRow();
      }
      filled = 0;
    }
  }

  private void finishRow() {
    rows.add(Row.of(Arrays.copyOf(partial, filled)));
    filled = 0;
  }
}
