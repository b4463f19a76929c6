package dev.switchyard.engine.parallel;

/** A rank failed, and with it what all ranks were doing. Every rank gets the same one. */
public final class RankFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int rank;
  private final String why;

  /**
   * A failure.
   *
   * @param rank that failed first
   * @param why a sentence without its full stop
   * @param cause what it threw, or null
   */
  public RankFailure(int rank, String why, Throwable cause) {
    super("Rank %d %s".formatted(rank, why), cause);
    this.rank = rank;
    this.why = why;
  }

  /** The rank that failed first. */
  public int rank() {
    return rank;
  }

  /** What it did: a sentence without its subject and full stop. */
  public String why() {
    return why;
  }
}
