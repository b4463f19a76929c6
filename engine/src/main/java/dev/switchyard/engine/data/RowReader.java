package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Position.Place;
import dev.switchyard.engine.tensor.RandomKey;
import java.util.Arrays;

/**
 * Cuts the training documents into rows of raw tokens, epoch after epoch without end; each epoch
 * takes the files in an order of its own. Pairs of texts are a row each. Packed, the documents
 * follow one another with an end token after each; else each document starts a row, and its last
 * row may be short.
 */
final class RowReader implements AutoCloseable {
  private static final int SITE = 0x66696C65;

  private final Corpus corpus;
  private final Tokenizer tokenizer;
  private final int rowLength;
  private final int shortestRow;
  private final boolean packed;
  private final boolean pairs;
  private final long seed;

  private long epoch;
  private int file;
  private int[] order;
  private DocumentReader reader;
  private int epochsWithoutRow;

  /** The document in hand, and its tokens; null between documents. */
  private Document document;

  private int[] tokens;
  private int token;

  RowReader(
      Corpus corpus,
      Tokenizer tokenizer,
      Objective objective,
      boolean packed,
      long seed,
      Place start) {
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.rowLength = objective.rowLength();
    this.shortestRow = objective.shortestRow();
    this.pairs = objective.takesPairs();
    this.packed = packed && !pairs;
    this.seed = seed;
    this.epoch = start.epoch();
    this.file = start.file();
    this.order = fileOrder();
    this.reader = corpus.reader(order[file], start.offset(), start.document());
    if (start.token() > 0) {
      openNextDocument();
      token = start.token();
      if (token >= tokens.length) {
        throw Corpus.changed(corpus.files().get(order[file]).path().toString(), "has other text");
      }
    }
  }

  private int[] fileOrder() {
    return new Draws(new RandomKey(seed, epoch, SITE)).permutation(corpus.files().size());
  }

  /** Where the next row starts. */
  Place place() {
    return document != null
        ? new Place(epoch, file, document.number(), document.offset(), token)
        : new Place(epoch, file, reader.number(), reader.offset(), 0);
  }

  /** Passes through the training documents that are complete. */
  long epoch() {
    return epoch;
  }

  /** The next pair; or rowLength tokens, fewer where a document ends and rows are not packed. */
  Row next() {
    return pairs ? nextPair() : Row.of(nextTokens());
  }

  private Row nextPair() {
    openNextDocument();
    Row pair = new Row(tokens, tokenizer.ids(document.target()));
    document = null;
    epochsWithoutRow = 0;
    return pair;
  }

  private int[] nextTokens() {
    int[] row = new int[rowLength];
    int filled = 0;
    while (filled < rowLength) {
      if (document == null) {
        if (!packed && filled >= shortestRow) {
          break;
        }
        // Too short to teach anything: a document, or the rest of one, that gets no row.
        filled = packed ? filled : 0;
        openNextDocument();
      }
      int taken = Math.min(rowLength - filled, tokens.length - token);
      System.arraycopy(tokens, token, row, filled, taken);
      filled += taken;
      token += taken;
      if (token == tokens.length) {
        document = null;
      }
    }
    epochsWithoutRow = 0;
    return filled == rowLength ? row : Arrays.copyOf(row, filled);
  }

  private void openNextDocument() {
    do {
      Document next = reader.next();
      while (next != null && corpus.isHeldOut(order[file], next.number())) {
        next = reader.next();
      }
      if (next == null) {
        openNextFile();
      } else {
        document = next;
        tokens = tokensOf(tokenizer, next, packed);
        token = 0;
      }
    } while (document == null || tokens.length == 0);
  }

  private void openNextFile() {
    reader.close();
    file++;
    if (file == order.length) {
      // A row may take several passes through a tiny text, but only if they give tokens to keep.
      epochsWithoutRow++;
      if (!packed && epochsWithoutRow > 1) {
        throw new InputException(
            "No training document has %d tokens or more, which a row needs: add text."
                .formatted(shortestRow));
      }
      epoch++;
      file = 0;
      order = fileOrder();
    }
    reader = corpus.reader(order[file], 0, 0);
  }

  static int[] tokensOf(Tokenizer tokenizer, Document document, boolean packed) {
    int[] ids = tokenizer.ids(document.text());
    if (!packed) {
      return ids;
    }
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = tokenizer.end();
    return ended;
  }

  @Override
  public void close() {
    reader.close();
  }
}
