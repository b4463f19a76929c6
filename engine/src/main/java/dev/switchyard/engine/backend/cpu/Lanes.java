package dev.switchyard.engine.backend.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of floats at addresses, and the functions on them that the kernels share. The last, short
 * vector of a row is read and written under a mask; the full ones are not, because masked stores
 * are slow on CPUs before AVX-512.
 */
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, FLOATS.vectorShape());

  /** Floats in a vector. */
  static final int COUNT = FLOATS.length();

  private static final VectorShuffle<Float> FLOATS_BY_8 = exchange(FLOATS, 8);
  private static final VectorShuffle<Float> FLOATS_BY_4 = exchange(FLOATS, 4);
  private static final VectorShuffle<Float> FLOATS_BY_2 = exchange(FLOATS, 2);
  private static final VectorShuffle<Float> FLOATS_BY_1 = exchange(FLOATS, 1);
  private static final VectorShuffle<Double> DOUBLES_BY_4 = exchange(DOUBLES, 4);
  private static final VectorShuffle<Double> DOUBLES_BY_2 = exchange(DOUBLES, 2);
  private static final VectorShuffle<Double> DOUBLES_BY_1 = exchange(DOUBLES, 1);

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  /** The vectors' name for people, such as "AVX-512". */
  static String name() {
    int bits = FLOATS.vectorBitSize();
    boolean x86 = System.getProperty("os.arch").matches("amd64|x86_64");
    return x86 && bits == 512 ? "AVX-512" : x86 && bits == 256 ? "AVX2" : bits + "-bit vectors";
  }

  /** Largest number of elements, at most n, that fill whole vectors. */
  static int whole(int n) {
    return n & -COUNT;
  }

  /** The first n lanes. */
  static VectorMask<Float> first(int n) {
    return FLOATS.indexInRange(0, n);
  }

  static FloatVector zero() {
    return FloatVector.zero(FLOATS);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, OffHeap.ALL, address, ORDER);
  }

  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(FLOATS, OffHeap.ALL, address, ORDER, mask);
  }

  static IntVector loadInts(long address) {
    return IntVector.fromMemorySegment(INTS, OffHeap.ALL, address, ORDER);
  }

  static IntVector loadInts(long address, VectorMask<Float> mask) {
    return IntVector.fromMemorySegment(INTS, OffHeap.ALL, address, ORDER, mask.cast(INTS));
  }

  static void store(FloatVector vector, long address) {
    vector.intoMemorySegment(OffHeap.ALL, address, ORDER);
  }

  static void store(FloatVector vector, long address, VectorMask<Float> mask) {
    vector.intoMemorySegment(OffHeap.ALL, address, ORDER, mask);
  }

  /**
   * The sum of the lanes, halves folded onto each other. Not {@code reduceLanes}: its order, and so
   * its last bit, is one thing in the interpreter and another in compiled code.
   */
  static float sum(FloatVector vector) {
    FloatVector sum = vector;
    if (COUNT > 8) {
      sum = sum.add(sum.rearrange(FLOATS_BY_8));
    }
    if (COUNT > 4) {
      sum = sum.add(sum.rearrange(FLOATS_BY_4));
    }
    sum = sum.add(sum.rearrange(FLOATS_BY_2));
    return sum.add(sum.rearrange(FLOATS_BY_1)).lane(0);
  }

  /** The sum of the lanes, halves folded onto each other; see {@link #sum(FloatVector)}. */
  static double sum(DoubleVector vector) {
    DoubleVector sum = vector;
    if (COUNT > 8) {
      sum = sum.add(sum.rearrange(DOUBLES_BY_4));
    }
    if (COUNT > 4) {
      sum = sum.add(sum.rearrange(DOUBLES_BY_2));
    }
    return sum.add(sum.rearrange(DOUBLES_BY_1)).lane(0);
  }

  /** Exchanges lanes that lie so far apart. */
  private static <E> VectorShuffle<E> exchange(VectorSpecies<E> species, int distance) {
    return VectorShuffle.fromOp(species, lane -> (lane ^ distance) % species.length());
  }

  /** The lower (0) or upper (1) half of the lanes in double precision. */
  static DoubleVector doubles(FloatVector vector, int half) {
    return (DoubleVector) vector.convertShape(VectorOperators.F2D, DOUBLES, half);
  }

  /** The larger of the two in each lane, ignoring NaN in b; cheaper than Java's max. */
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
  }

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  // Adding it leaves the nearest integer in the low bits of a float.
  private static final float ROUND = 12582912f;

  /**
   * e^x to within 2e-7 of itself; 0 below -87, and its value at 88 above that.
   *
   * <p>x = n ln 2 + r with |r| at most ln(2)/2; a polynomial gives e^r, and n is added to the
   * exponent's bits.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector limited = x.blend(88f, x.compare(VectorOperators.GT, 88f));
    FloatVector shifted = limited.fma(all(LOG2_E), all(ROUND));
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(all(-LN2_HIGH), limited);
    r = n.fma(all(-LN2_LOW), r);
    FloatVector p = all(1.9875691500e-4f).fma(r, all(1.3981999507e-3f));
    p = p.fma(r, all(8.3334519073e-3f));
    p = p.fma(r, all(4.1665795894e-2f));
    p = p.fma(r, all(1.6666665459e-1f));
    p = p.fma(r, all(5.0000001201e-1f));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector result = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return result.blend(0f, x.compare(VectorOperators.LT, -87f));
  }
}
