package dev.switchyard.engine.parallel;

/** The kinds of exchange that {@link Collectives} knows. */
public enum Collective {
  ALL_REDUCE("all-reduce"),
  REDUCE_SCATTER("reduce-scatter"),
  ALL_GATHER("all-gather"),
  ALL_TO_ALL("all-to-all"),
  BROADCAST("broadcast"),
  BARRIER("barrier");

  private final String word;

  Collective(String word) {
    this.word = word;
  }

  /** As people write it: "all-to-all". */
  public String word() {
    return word;
  }

  /**
   * Bytes that leave a device when it takes part, at least: what the usual ring algorithms need.
   *
   * @param bytes of the whole: the buffer of an all-reduce or broadcast; what a rank gives to all
   *     ranks together, itself included, in a reduce-scatter or an all-to-all; what all ranks give
   *     together in an all-gather
   * @param ranks that take part
   */
  public double sentBytes(double bytes, int ranks) {
    double others = (ranks - 1) / (double) ranks;
    return switch (this) {
      case ALL_REDUCE -> 2 * others * bytes;
      case REDUCE_SCATTER, ALL_GATHER, ALL_TO_ALL, BROADCAST -> others * bytes;
      case BARRIER -> 0;
    };
  }
}
