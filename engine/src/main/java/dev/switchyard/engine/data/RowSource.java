package dev.switchyard.engine.data;

/** Rows without end, a pure function of text, settings and seed. For one thread at a time. */
interface RowSource extends AutoCloseable {
  /**
   * A row, and what fixes all random choices about it.
   *
   * @param row raw tokens
   * @param seed of the source
   * @param number of the row in its source
   */
  record Drawn(Row row, long seed, long number) {}

  /** The next row. */
  Drawn next();

  /** Before the row that {@link #next} gives next. */
  Position position();

  /**
   * Passes through the training documents that are complete (at least; of languages the fewest).
   */
  long epoch();

  @Override
  void close();
}
