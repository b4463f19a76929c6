package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Bfloat16;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of bfloat16 numbers at addresses: widened when they are loaded, rounded when they are
 * stored, with the same bits as {@link Bfloat16}. For how kernels are written see {@link Lanes}.
 */
final class Bfloat16Lanes {
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.FLOATS.vectorBitSize() / 2));
  private static final IntVector BELOW_HALF = IntVector.broadcast(Lanes.INTS, 0x7fff);
  private static final IntVector ONE = IntVector.broadcast(Lanes.INTS, 1);
  private static final IntVector QUIET = IntVector.broadcast(Lanes.INTS, 0x40);
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private Bfloat16Lanes() {}

  static FloatVector load(long address) {
    ShortVector shorts = ShortVector.fromMemorySegment(SHORTS, OffHeap.ALL, address, ORDER);
    IntVector bits =
        (IntVector) shorts.convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  static void store(FloatVector vector, long address) {
    IntVector bits = vector.reinterpretAsInts();
    IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
    IntVector rounded = bits.add(BELOW_HALF).add(upper.and(ONE)).lanewise(VectorOperators.LSHR, 16);
    VectorMask<Integer> notNumbers = vector.test(VectorOperators.IS_NAN).cast(Lanes.INTS);
    IntVector result = rounded.blend(upper.or(QUIET), notNumbers);
    ShortVector shorts = (ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0);
    shorts.intoMemorySegment(OffHeap.ALL, address, ORDER);
  }

  /** Stores numbers that are bfloat16 already, so that there is nothing to round. */
  static void storeExact(FloatVector vector, long address) {
    IntVector bits = vector.reinterpretAsInts().lanewise(VectorOperators.LSHR, 16);
    ShortVector shorts = (ShortVector) bits.convertShape(VectorOperators.I2S, SHORTS, 0);
    shorts.intoMemorySegment(OffHeap.ALL, address, ORDER);
  }

  static float get(long address) {
    return Bfloat16.widen(OffHeap.ALL.get(SHORT, address));
  }

  static void set(long address, float value) {
    OffHeap.ALL.set(SHORT, address, Bfloat16.round(value));
  }

  /** Sets bytes, a multiple of 2, to 0. */
  static void clear(long address, long bytes) {
    OffHeap.clear(address, bytes & -4);
    if ((bytes & 2) != 0) {
      OffHeap.ALL.set(SHORT, address + bytes - 2, (short) 0);
    }
  }

  /** Widens n bfloat16 numbers to float32. */
  static void widen(long from, long to, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      Lanes.store(load(from + 2L * i), to + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      OffHeap.setFloat(to + 4L * i, get(from + 2L * i));
    }
  }

  /** Rounds n float32 numbers to bfloat16. */
  static void round(long from, long to, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      store(Lanes.load(from + 4L * i), to + 2L * i);
    }
    for (int i = whole; i < n; i++) {
      set(to + 2L * i, OffHeap.getFloat(from + 4L * i));
    }
  }
}
