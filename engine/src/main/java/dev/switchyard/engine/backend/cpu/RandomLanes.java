package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.RandomKey;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The numbers of {@link RandomKey#uniform(long, long)}, a vector of them at once and bit for bit
 * the same. They need 64-bit lanes on the way, so the floats here are vectors of half the width.
 */
final class RandomLanes {
  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, Lanes.FLOATS.vectorShape());
  private static final VectorSpecies<Float> FLOATS = Lanes.HALF_FLOATS;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());
  private static final int COUNT = LONGS.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final LongVector STEPS = LongVector.zero(LONGS).addIndex(1).mul(GOLDEN);

  private static final LongVector FIRST_FACTORS = LongVector.broadcast(LONGS, 0xBF58476D1CE4E5B9L);
  private static final LongVector SECOND_FACTORS = LongVector.broadcast(LONGS, 0x94D049BB133111EBL);
  private static final FloatVector ZEROS = FloatVector.zero(FLOATS);

  private RandomLanes() {}

  /** out = x / (1 - rate) where the number is at least the rate, else 0; out may be x. */
  static void dropout(long x, double rate, long stream, long index, long out, int n) {
    // A number is k / 2^24, so that comparing k is exact.
    int threshold = (int) Math.ceil(rate * (1 << 24));
    float factor = (float) (1 / (1 - rate));
    IntVector thresholds = IntVector.broadcast(INTS, threshold);
    FloatVector factors = FloatVector.broadcast(FLOATS, factor);
    int whole = n & -COUNT;
    for (int i = 0; i < whole; i += COUNT) {
      IntVector k = numbers(stream, index + i);
      VectorMask<Float> kept = k.compare(VectorOperators.GE, thresholds).cast(FLOATS);
      FloatVector result = ZEROS.blend(load(x + 4L * i).mul(factors), kept);
      result.intoMemorySegment(OffHeap.ALL, out + 4L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      boolean keep = number(stream, index + i) >= threshold;
      OffHeap.setFloat(out + 4L * i, keep ? OffHeap.getFloat(x + 4L * i) * factor : 0f);
    }
  }

  /** out = x (1 - epsilon + 2 epsilon u); out may be x. */
  static void jitter(long x, float epsilon, long stream, long index, long out, int n) {
    float lowest = 1 - epsilon;
    float range = 2 * epsilon * 0x1.0p-24f;
    FloatVector lowests = FloatVector.broadcast(FLOATS, lowest);
    FloatVector ranges = FloatVector.broadcast(FLOATS, range);
    int whole = n & -COUNT;
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector k =
          (FloatVector) numbers(stream, index + i).convertShape(VectorOperators.I2F, FLOATS, 0);
      FloatVector factor = k.fma(ranges, lowests);
      load(x + 4L * i).mul(factor).intoMemorySegment(OffHeap.ALL, out + 4L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      float factor = Math.fma((float) number(stream, index + i), range, lowest);
      OffHeap.setFloat(out + 4L * i, OffHeap.getFloat(x + 4L * i) * factor);
    }
  }

  private static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, OffHeap.ALL, address, ORDER);
  }

  /** The 24 random bits of one element. */
  private static int number(long stream, long index) {
    return (int) (RandomKey.bits(stream, index) >>> 40);
  }

  /** The 24 random bits of as many elements as there are lanes. */
  private static IntVector numbers(long stream, long index) {
    // As RandomKey's finaliser: its first addition is taken together with the index's.
    LongVector z = STEPS.add(stream + (index + 1) * GOLDEN + GOLDEN);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30));
    z = z.mul(FIRST_FACTORS);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27));
    z = z.mul(SECOND_FACTORS);
    z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31));
    return (IntVector)
        z.lanewise(VectorOperators.LSHR, 40).convertShape(VectorOperators.L2I, INTS, 0);
  }
}
