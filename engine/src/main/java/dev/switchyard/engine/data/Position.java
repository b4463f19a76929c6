package dev.switchyard.engine.data;

import java.util.Map;

/**
 * Where a {@link BatchStream} stands: enough to go on with exactly the next row. Rows are drawn
 * from windows of {@code shuffle_rows} rows each; the window in hand is read again from where it
 * starts.
 *
 * @param row rows given so far
 * @param window where the window of that row starts in the text
 * @param corpus {@link Corpus#key} of the text
 * @param languages where each language stands, by name; empty where the text is taken as one
 */
public record Position(long row, Place window, String corpus, Map<String, Position> languages) {
  /**
   * A place between two tokens of a corpus.
   *
   * @param epoch passes through the training documents before this one
   * @param file number of the file in this epoch's order
   * @param document number of the document in the file
   * @param offset of the document's first byte
   * @param token of the document
   */
  public record Place(long epoch, int file, long document, long offset, int token) {
    static final Place START = new Place(0, 0, 0, 0, 0);
  }

  /** Positions that were kept before there were languages have none. */
  public Position {
    languages = languages == null ? Map.of() : languages;
  }

  /** Of a text that is taken as one. */
  public Position(long row, Place window, String corpus) {
    this(row, window, corpus, Map.of());
  }

  /** The beginning of a corpus. */
  static Position start(Corpus corpus) {
    return new Position(0, Place.START, corpus.key());
  }
}
