package dev.switchyard.engine.backend.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of floats at addresses, and the functions on them that the kernels share.
 *
 * <p>How kernels are written, so that the compiler keeps vectors in registers: it stops inlining
 * after a number of nodes, and each operation on vectors costs it hundreds of them on the way. A
 * vector that meets a call that isn't inlined is put on the heap. So a kernel is one short loop
 * over whole vectors, constants are vectors made once, and what is left at a row's end is done
 * number by number, with the same rounding. A variable that a loop changes must not begin as such a
 * constant: where an object meets a vector in a register, both become objects.
 */
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, FLOATS.vectorShape());

  /** Vectors of half the width: as many floats as there are 64-bit lanes in a whole one. */
  static final VectorSpecies<Float> HALF_FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /** Floats in a vector. */
  static final int COUNT = FLOATS.length();

  private static final VectorShuffle<Float> FLOATS_BY_8 = exchange(FLOATS, 8);
  private static final VectorShuffle<Float> FLOATS_BY_4 = exchange(FLOATS, 4);
  private static final VectorShuffle<Float> FLOATS_BY_2 = exchange(FLOATS, 2);
  private static final VectorShuffle<Float> FLOATS_BY_1 = exchange(FLOATS, 1);
  private static final VectorShuffle<Double> DOUBLES_BY_4 = exchange(DOUBLES, 4);
  private static final VectorShuffle<Double> DOUBLES_BY_2 = exchange(DOUBLES, 2);
  private static final VectorShuffle<Double> DOUBLES_BY_1 = exchange(DOUBLES, 1);

  static final FloatVector ZEROS = FloatVector.zero(FLOATS);
  static final FloatVector ONES = FloatVector.broadcast(FLOATS, 1f);

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

  static FloatVector all(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(FLOATS, OffHeap.ALL, address, ORDER);
  }

  static IntVector loadInts(long address) {
    return IntVector.fromMemorySegment(INTS, OffHeap.ALL, address, ORDER);
  }

  static void store(FloatVector vector, long address) {
    vector.intoMemorySegment(OffHeap.ALL, address, ORDER);
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

  /** Half a vector's number of floats, as doubles. */
  static DoubleVector loadAsDoubles(long address) {
    FloatVector half = FloatVector.fromMemorySegment(HALF_FLOATS, OffHeap.ALL, address, ORDER);
    return (DoubleVector) half.convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  // Adding it leaves the nearest integer in the low bits of a float.
  private static final float ROUND = 12582912f;
  private static final float SMALLEST_EXPONENT = -87f;
  // e^r = 1 + r + r^2 (C0 + r (C1 + ...)) for |r| up to ln(2)/2
  private static final float C0 = 5.0000001201e-1f;
  private static final float C1 = 1.6666665459e-1f;
  private static final float C2 = 4.1665795894e-2f;
  private static final float C3 = 8.3334519073e-3f;
  private static final float C4 = 1.3981999507e-3f;
  private static final float C5 = 1.9875691500e-4f;

  private static final FloatVector LOG2_ES = all(LOG2_E);
  private static final FloatVector ROUNDS = all(ROUND);
  private static final FloatVector MINUS_LN2_HIGHS = all(-LN2_HIGH);
  private static final FloatVector MINUS_LN2_LOWS = all(-LN2_LOW);
  private static final FloatVector SMALLEST_EXPONENTS = all(SMALLEST_EXPONENT);
  private static final FloatVector C0S = all(C0);
  private static final FloatVector C1S = all(C1);
  private static final FloatVector C2S = all(C2);
  private static final FloatVector C3S = all(C3);
  private static final FloatVector C4S = all(C4);
  private static final FloatVector C5S = all(C5);

  /**
   * e^x to within 2e-7 of itself for x up to 88; 0 below -87.
   *
   * <p>x = n ln 2 + r with |r| at most ln(2)/2; a polynomial gives e^r, and n is added to the
   * exponent's bits.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_ES, ROUNDS);
    FloatVector n = shifted.sub(ROUNDS);
    FloatVector r = n.fma(MINUS_LN2_LOWS, n.fma(MINUS_LN2_HIGHS, x));
    FloatVector p = C5S.fma(r, C4S).fma(r, C3S).fma(r, C2S).fma(r, C1S).fma(r, C0S);
    p = p.fma(r.mul(r), r).add(ONES);
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector result = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return result.blend(ZEROS, x.compare(VectorOperators.LT, SMALLEST_EXPONENTS));
  }

  /** The same for one number, with the same bits. */
  static float exp(float x) {
    if (x < SMALLEST_EXPONENT) {
      return 0;
    }
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float n = shifted - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float p = Math.fma(Math.fma(Math.fma(C5, r, C4), r, C3), r, C2);
    p = Math.fma(Math.fma(p, r, C1), r, C0);
    p = Math.fma(p, r * r, r) + 1;
    int exponent = Float.floatToRawIntBits(shifted) << 23;
    return Float.intBitsToFloat(Float.floatToRawIntBits(p) + exponent);
  }
}
