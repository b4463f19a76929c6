package dev.switchyard.engine.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Sums, maxima and exponentials along one row. */
final class Reductions {
  private Reductions() {}

  /** Sum of a[i] b[i]. */
  static float dot(long a, long b, int n) {
    FloatVector even = Lanes.zero();
    FloatVector odd = Lanes.zero();
    int whole = Lanes.whole(n);
    int i = 0;
    for (; i < whole - Lanes.COUNT; i += 2 * Lanes.COUNT) {
      long next = 4L * (i + Lanes.COUNT);
      even = Lanes.load(a + 4L * i).fma(Lanes.load(b + 4L * i), even);
      odd = Lanes.load(a + next).fma(Lanes.load(b + next), odd);
    }
    if (i < whole) {
      even = Lanes.load(a + 4L * i).fma(Lanes.load(b + 4L * i), even);
    }
    if (whole < n) {
      VectorMask<Float> rest = Lanes.first(n - whole);
      odd = Lanes.load(a + 4L * whole, rest).fma(Lanes.load(b + 4L * whole, rest), odd);
    }
    return Lanes.sum(even.add(odd));
  }

  /** The largest element; negative infinity where there is none. NaN is passed over. */
  static float max(long x, int n) {
    FloatVector max = Lanes.all(Float.NEGATIVE_INFINITY);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      max = Lanes.larger(max, Lanes.load(x + 4L * i));
    }
    if (whole < n) {
      VectorMask<Float> rest = Lanes.first(n - whole);
      FloatVector last = Lanes.load(x + 4L * whole, rest);
      max = max.blend(last, last.compare(VectorOperators.GT, max).and(rest));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /** Sum of e^(x[i] - shift). */
  static float sumExp(long x, float shift, int n) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      sum = sum.add(Lanes.exp(Lanes.load(x + 4L * i).sub(shift)));
    }
    if (whole < n) {
      VectorMask<Float> rest = Lanes.first(n - whole);
      FloatVector exp = Lanes.exp(Lanes.load(x + 4L * whole, rest).sub(shift));
      sum = sum.add(exp, rest);
    }
    return Lanes.sum(sum);
  }

  /** out[i] = e^(x[i] - shift); gives their sum. out may be x. */
  static float exp(long x, float shift, long out, int n) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector exp = Lanes.exp(Lanes.load(x + 4L * i).sub(shift));
      Lanes.store(exp, out + 4L * i);
      sum = sum.add(exp);
    }
    if (whole < n) {
      VectorMask<Float> rest = Lanes.first(n - whole);
      FloatVector exp = Lanes.exp(Lanes.load(x + 4L * whole, rest).sub(shift));
      Lanes.store(exp, out + 4L * whole, rest);
      sum = sum.add(exp, rest);
    }
    return Lanes.sum(sum);
  }

  /** log of the sum of e^x[i]. */
  static float logSumExp(long x, int n) {
    float max = max(x, n);
    return (float) (max + Math.log(sumExp(x, max, n)));
  }

  /** Softmax of a row; zeros where every element is negative infinity. out may be x. */
  static void softmax(long x, long out, int n) {
    float max = max(x, n);
    if (max == Float.NEGATIVE_INFINITY) {
      OffHeap.clear(out, 4L * n);
      return;
    }
    CpuElements.scale(out, 1 / exp(x, max, out, n), out, n);
  }
}
