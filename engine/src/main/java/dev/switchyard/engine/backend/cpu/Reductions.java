package dev.switchyard.engine.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Sums, maxima and exponentials along one row. */
final class Reductions {
  private Reductions() {}

  /** Sum of a[i] b[i]. */
  static float dot(long a, long b, int n) {
    FloatVector even = Lanes.all(0f);
    FloatVector odd = Lanes.all(0f);
    int whole = Lanes.whole(n);
    int pairs = n & -(2 * Lanes.COUNT);
    for (int i = 0; i < pairs; i += 2 * Lanes.COUNT) {
      long next = 4L * (i + Lanes.COUNT);
      even = Lanes.load(a + 4L * i).fma(Lanes.load(b + 4L * i), even);
      odd = Lanes.load(a + next).fma(Lanes.load(b + next), odd);
    }
    if (pairs < whole) {
      even = Lanes.load(a + 4L * pairs).fma(Lanes.load(b + 4L * pairs), even);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest += OffHeap.getFloat(a + 4L * i) * OffHeap.getFloat(b + 4L * i);
    }
    return Lanes.sum(even.add(odd)) + rest;
  }

  /** The largest element; negative infinity where there is none. NaN is passed over. */
  static float max(long x, int n) {
    FloatVector largest = Lanes.all(Float.NEGATIVE_INFINITY);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = Lanes.load(x + 4L * i);
      largest = largest.blend(v, v.compare(VectorOperators.GT, largest));
    }
    float max = largest.reduceLanes(VectorOperators.MAX);
    for (int i = whole; i < n; i++) {
      float v = OffHeap.getFloat(x + 4L * i);
      max = v > max ? v : max;
    }
    return max;
  }

  /** Sum of e^(x[i] - shift). */
  static float sumExp(long x, float shift, int n) {
    FloatVector sum = Lanes.all(0f);
    FloatVector shifts = Lanes.all(shift);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      sum = sum.add(Lanes.exp(Lanes.load(x + 4L * i).sub(shifts)));
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest += Lanes.exp(OffHeap.getFloat(x + 4L * i) - shift);
    }
    return Lanes.sum(sum) + rest;
  }

  /** out[i] = e^(x[i] - shift); gives their sum. out may be x. */
  static float exp(long x, float shift, long out, int n) {
    FloatVector sum = Lanes.all(0f);
    FloatVector shifts = Lanes.all(shift);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector exp = Lanes.exp(Lanes.load(x + 4L * i).sub(shifts));
      Lanes.store(exp, out + 4L * i);
      sum = sum.add(exp);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      float exp = Lanes.exp(OffHeap.getFloat(x + 4L * i) - shift);
      OffHeap.setFloat(out + 4L * i, exp);
      rest += exp;
    }
    return Lanes.sum(sum) + rest;
  }

  /** log of the sum of e^x[i]. */
  static float logSumExp(long x, int n) {
    float max = max(x, n);
    return (float) (max + Math.log(sumExp(x, max, n)));
  }

  /**
   * Softmax of a row; zeros where every element is negative infinity, and NaN all over where one is
   * NaN. out may be x.
   */
  static void softmax(long x, long out, int n) {
    float max = max(x, n);
    if (max == Float.NEGATIVE_INFINITY) {
      // The maximum passes over NaN: they must not be taken for keys that are masked.
      fill(out, hasNaN(x, n) ? Float.NaN : 0, n);
      return;
    }
    CpuElements.scale(out, 1 / exp(x, max, out, n), out, n);
  }

  private static boolean hasNaN(long x, int n) {
    for (int i = 0; i < n; i++) {
      if (Float.isNaN(OffHeap.getFloat(x + 4L * i))) {
        return true;
      }
    }
    return false;
  }

  private static void fill(long out, float value, int n) {
    for (int i = 0; i < n; i++) {
      OffHeap.setFloat(out + 4L * i, value);
    }
  }
}
