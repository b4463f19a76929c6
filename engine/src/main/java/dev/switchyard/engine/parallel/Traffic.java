package dev.switchyard.engine.parallel;

import java.util.List;

/**
 * What a rank exchanged over some time.
 *
 * @param exchanges by kind, payload and group size, in the order of their first start
 * @param waitingSeconds in which the rank did nothing but wait for other ranks
 * @param exchangingSeconds in which its thread carried or summed data
 */
public record Traffic(List<Exchange> exchanges, double waitingSeconds, double exchangingSeconds) {
  /**
   * All collectives of one kind and payload.
   *
   * @param collective the kind
   * @param what the payload
   * @param ranks in the group
   * @param count how often
   * @param bytes of the whole, see {@link Collective#sentBytes}
   * @param sentBytes that went from this rank to others
   * @param receivedBytes that came from others
   * @param seconds from start to end, summed up
   */
  public record Exchange(
      Collective collective,
      String what,
      int ranks,
      long count,
      double bytes,
      double sentBytes,
      double receivedBytes,
      double seconds) {}
}
