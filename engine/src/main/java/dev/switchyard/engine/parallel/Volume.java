package dev.switchyard.engine.parallel;

import java.lang.foreign.MemorySegment;

/**
 * Bytes of one operation at one rank.
 *
 * @param bytes of the whole, see {@link Collective#sentBytes}
 * @param sent to others
 * @param received from others
 */
record Volume(double bytes, double sent, double received) {

  static Volume of(Contribution mine, int rank, int ranks) {
    Collective kind = mine.kind();
    double given = sum(mine.give());
    double taken = sum(mine.take());
    return switch (kind) {
      case ALL_REDUCE, REDUCE_SCATTER -> {
        double sent = kind.sentBytes(given, ranks);
        yield new Volume(given, sent, sent);
      }
      case ALL_GATHER -> {
        double received = taken - mine.take().get(rank).byteSize();
        yield new Volume(taken, given * (ranks - 1), received);
      }
      case ALL_TO_ALL ->
          new Volume(
              given,
              given - mine.give().get(rank).byteSize(),
              taken - mine.take().get(rank).byteSize());
      case BROADCAST ->
          mine.root() == rank
              ? new Volume(given, kind.sentBytes(given, ranks), 0)
              : new Volume(given, kind.sentBytes(given, ranks), given);
      case BARRIER -> new Volume(0, 0, 0);
    };
  }

  private static double sum(Iterable<MemorySegment> segments) {
    double bytes = 0;
    for (MemorySegment segment : segments) {
      bytes += segment.byteSize();
    }
    return bytes;
  }
}
