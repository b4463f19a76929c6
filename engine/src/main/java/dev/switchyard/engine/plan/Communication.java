package dev.switchyard.engine.plan;

import dev.switchyard.engine.parallel.Collective;

/**
 * One kind of exchange in a step.
 *
 * @param what the payload: "tokens to experts"
 * @param where the layers that it happens in: "encoder Switch layers"
 * @param collective the kind
 * @param ranks in each group
 * @param layers that have it
 * @param perLayer how often a layer does it in a step, forward and backward
 * @param bytes of the whole each time, see {@link Collective#sentBytes}
 * @param seconds each time
 * @param overNetwork whether the group spans several nodes
 */
public record Communication(
    String what,
    String where,
    Collective collective,
    int ranks,
    int layers,
    int perLayer,
    double bytes,
    double seconds,
    boolean overNetwork) {
  /** How often in a step. */
  public long count() {
    return (long) layers * perLayer;
  }

  /** Bytes of the whole that a device has part in during a step. */
  public double stepBytes() {
    return count() * bytes;
  }

  /** Bytes that leave a device in a step. */
  public double stepSentBytes() {
    return count() * collective.sentBytes(bytes, ranks);
  }

  /** Seconds in a step. */
  public double stepSeconds() {
    return count() * seconds;
  }
}
