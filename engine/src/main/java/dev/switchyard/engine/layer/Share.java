package dev.switchyard.engine.layer;

/**
 * Some consecutive rows of a batch.
 *
 * @param first row, from 0
 * @param count rows
 * @param all rows of the batch
 */
public record Share(int first, int count, int all) {
  /** A whole batch, however many rows it has. */
  public static final Share WHOLE = new Share(0, 1, 1);

  /** Whether these are all rows. */
  public boolean isWhole() {
    return count == all;
  }

  /** Of something that these rows have so much of: what the rows before them have. */
  public long before(long ofThese) {
    return isWhole() ? 0 : Math.multiplyExact(ofThese, (long) first) / count;
  }

  /** The same: what the whole batch has. */
  public long inAll(long ofThese) {
    return isWhole() ? ofThese : Math.multiplyExact(ofThese, (long) all) / count;
  }

  /** Of something that the whole batch has so much of: what these rows have. */
  public long of(long inAll) {
    return isWhole() ? inAll : Math.multiplyExact(inAll, (long) count) / all;
  }

  /** How much of the batch this is, from 0 to 1. */
  public double fraction() {
    return (double) count / all;
  }
}
