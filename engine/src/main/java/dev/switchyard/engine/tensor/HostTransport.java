package dev.switchyard.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies and sums on the calling thread; all is done when a call returns. */
final class HostTransport implements Transport {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  @Override
  public void sum(ElementType type, MemorySegment[] from, MemorySegment[] to) {
    long bytes = from[0].byteSize();
    switch (type) {
      case FLOAT32 -> floats(from, to, bytes);
      case FLOAT64 -> doubles(from, to, bytes);
      case BFLOAT16 -> bfloat16s(from, to, bytes);
      case INT32 -> ints(from, to, bytes);
    }
  }

  private static void floats(MemorySegment[] from, MemorySegment[] to, long bytes) {
    long step = LANES.vectorByteSize();
    long whole = bytes - bytes % step;
    for (long at = 0; at < whole; at += step) {
      FloatVector sum = FloatVector.fromMemorySegment(LANES, from[0], at, ORDER);
      for (int i = 1; i < from.length; i++) {
        sum = sum.add(FloatVector.fromMemorySegment(LANES, from[i], at, ORDER));
      }
      for (MemorySegment each : to) {
        sum.intoMemorySegment(each, at, ORDER);
      }
    }
    for (long at = whole; at < bytes; at += Float.BYTES) {
      float sum = from[0].get(FLOAT, at);
      for (int i = 1; i < from.length; i++) {
        sum += from[i].get(FLOAT, at);
      }
      for (MemorySegment each : to) {
        each.set(FLOAT, at, sum);
      }
    }
  }

  /** Added up as float32, and rounded once. */
  private static void bfloat16s(MemorySegment[] from, MemorySegment[] to, long bytes) {
    for (long at = 0; at < bytes; at += Short.BYTES) {
      float sum = Bfloat16.widen(from[0].get(SHORT, at));
      for (int i = 1; i < from.length; i++) {
        sum += Bfloat16.widen(from[i].get(SHORT, at));
      }
      short rounded = Bfloat16.round(sum);
      for (MemorySegment each : to) {
        each.set(SHORT, at, rounded);
      }
    }
  }

  private static void doubles(MemorySegment[] from, MemorySegment[] to, long bytes) {
    for (long at = 0; at < bytes; at += Double.BYTES) {
      double sum = from[0].get(DOUBLE, at);
      for (int i = 1; i < from.length; i++) {
        sum += from[i].get(DOUBLE, at);
      }
      for (MemorySegment each : to) {
        each.set(DOUBLE, at, sum);
      }
    }
  }

  private static void ints(MemorySegment[] from, MemorySegment[] to, long bytes) {
    for (long at = 0; at < bytes; at += Integer.BYTES) {
      int sum = from[0].get(INT, at);
      for (int i = 1; i < from.length; i++) {
        sum += from[i].get(INT, at);
      }
      for (MemorySegment each : to) {
        each.set(INT, at, sum);
      }
    }
  }

  // Not by the shorter overload; docs/decisions/copies-to-arrays.md says why.
  @Override
  public void copy(MemorySegment from, MemorySegment to) {
    MemorySegment.copy(
        from, ValueLayout.JAVA_BYTE, 0, to, ValueLayout.JAVA_BYTE, 0, from.byteSize());
  }

  @Override
  public void finish() {}
}
