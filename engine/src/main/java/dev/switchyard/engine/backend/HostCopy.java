package dev.switchyard.engine.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies between native memory and Java arrays, byte for byte.
 *
 * <p>{@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)} and {@link
 * MemorySegment#copyFrom} move less than 64 bytes as longs, whatever the array's type. The
 * optimising compiler of JDK 25.0.3 now and then loses one of these when the array is a new float[]
 * or int[]: elements 2 and 3 stay 0. The overload with layouts is one call to the system's copy for
 * any length, and is not affected.
 */
public final class HostCopy {
  private HostCopy() {}

  /** Copies {@code bytes} bytes; the segments may be native or wrap arrays of any type. */
  public static void copy(
      MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long bytes) {
    MemorySegment.copy(
        from, ValueLayout.JAVA_BYTE, fromOffset, to, ValueLayout.JAVA_BYTE, toOffset, bytes);
  }
}
