package dev.switchyard.engine.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Moves and sums what lies in a kind of devices' memory: how bytes come from one rank to another.
 * Any thread may use it, several at a time.
 */
public interface Transport extends AutoCloseable {
  /** Between buffers in the memory of the host. */
  Transport HOST = new HostTransport();

  /** Starts a copy, byte for byte, between buffers of one length that do not overlap. */
  void copy(MemorySegment from, MemorySegment to);

  /**
   * Starts the sum, in the order of the buffers unless the kind of memory has its own, of all
   * {@code from} into each of {@code to}. Real numbers of 16 bits are added up as float32 and
   * rounded once.
   *
   * @param from of one length
   * @param to as long; may be those of {@code from}
   */
  void sum(ElementType type, MemorySegment[] from, MemorySegment[] to);

  /**
   * Whether a sum for everybody is better taken part by part, by all who wait for it, than at once.
   */
  default boolean dividesSums() {
    return true;
  }

  /** Waits for all that this thread has started. */
  void finish();

  /** Frees what the transport itself holds. */
  @Override
  default void close() {}
}
