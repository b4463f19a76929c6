package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/** Root-mean-square normalisation of bfloat16 rows; see {@link CpuNormalisation}. */
final class Bfloat16Normalisation {
  private static final long LINE = 64;

  private final CpuThreads threads;
  private final CpuScratch scratch;

  Bfloat16Normalisation(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  private static long lines(long bytes) {
    return (bytes + LINE - 1) & -LINE;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#rmsNorm}; weight and inverseRms FLOAT32. */
  void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    Operands.rankAtLeast(x, "x", 1);
    int rows = x.rows();
    int d = x.length(-1);
    long xAt = Operands.bfloat16(x, "x", (long) rows * d);
    long weightAt = Operands.floats(weight, "weight", d);
    long outAt = Operands.bfloat16(out, "out", (long) rows * d);
    long inverseAt = Operands.floats(inverseRms, "inverseRms", rows);
    scratch.reserve(0, 2L * d);
    long rounded = scratch.shared();
    Bfloat16Lanes.round(weightAt, rounded, d);
    threads.overRows(
        rows,
        d,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            long at = 2 * row * d;
            double meanSquare = sumOfSquares(xAt + at, d) / (double) d;
            float inverse = (float) (1 / Math.sqrt(meanSquare + epsilon));
            OffHeap.setFloat(inverseAt + 4 * row, inverse);
            normalise(xAt + at, rounded, inverse, outAt + at, d);
          }
        });
  }

  private static float sumOfSquares(long x, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = Bfloat16Lanes.load(x + 2L * i);
      sum = v.fma(v, sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      float v = Bfloat16Lanes.get(x + 2L * i);
      rest += v * v;
    }
    return Lanes.sum(sum) + rest;
  }

  private static void normalise(long x, long weight, float inverse, long out, int d) {
    FloatVector factors = Lanes.all(inverse);
    int whole = Lanes.whole(d);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector scaled = Bfloat16Lanes.load(x + 2L * i).mul(factors);
      Bfloat16Lanes.store(scaled.mul(Bfloat16Lanes.load(weight + 2L * i)), out + 2L * i);
    }
    for (int i = whole; i < d; i++) {
      float scaled = Bfloat16Lanes.get(x + 2L * i) * inverse;
      Bfloat16Lanes.set(out + 2L * i, scaled * Bfloat16Lanes.get(weight + 2L * i));
    }
  }

  /**
   * See {@link dev.switchyard.engine.backend.Backend#rmsNormBackward}; weight, inverseRms and
   * dWeight FLOAT32.
   */
  void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    Operands.rankAtLeast(x, "x", 1);
    int rows = x.rows();
    int d = x.length(-1);
    long dOutAt = Operands.bfloat16(dOut, "dOut", (long) rows * d);
    long xAt = Operands.bfloat16(x, "x", (long) rows * d);
    long weightAt = Operands.floats(weight, "weight", d);
    long inverseAt = Operands.floats(inverseRms, "inverseRms", rows);
    long dXAt = Operands.bfloat16(dX, "dX", (long) rows * d);
    long dWeightAt = Operands.floats(dWeight, "dWeight", d);
    if (rows == 0) {
      return;
    }
    int blocks = Partials.blocks(rows);
    long weightBytes = lines(2L * d);
    scratch.reserve(0, weightBytes + 4L * blocks * d);
    long rounded = scratch.shared();
    long partials = rounded + weightBytes;
    Bfloat16Lanes.round(weightAt, rounded, d);
    threads.overEach(
        blocks,
        (block, end, thread) -> {
          long partial = partials + 4L * block * d;
          OffHeap.clear(partial, 4L * d);
          int last = Partials.start(rows, blocks, end);
          for (int row = Partials.start(rows, blocks, block); row < last; row++) {
            long at = 2L * row * d;
            float inverse = OffHeap.getFloat(inverseAt + 4L * row);
            backward(dOutAt + at, xAt + at, rounded, inverse, dXAt + at, partial, d);
          }
        });
    Partials.add(partials, blocks, d, dWeightAt);
  }

  /** With g = dOut weight: dX += r g - x r^3 mean(g x); dWeight += dOut x r. */
  private static void backward(
      long dOut, long x, long weight, float r, long dX, long dWeight, int d) {
    float towardsX = -(r * r * r) * productSum(dOut, x, weight, d) / d;
    FloatVector towards = Lanes.all(towardsX);
    FloatVector factors = Lanes.all(r);
    int whole = Lanes.whole(d);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector xs = Bfloat16Lanes.load(x + 2L * i);
      FloatVector scaled = Bfloat16Lanes.load(dOut + 2L * i).mul(factors);
      FloatVector dXs =
          scaled.fma(Bfloat16Lanes.load(weight + 2L * i), Bfloat16Lanes.load(dX + 2L * i));
      Bfloat16Lanes.store(xs.fma(towards, dXs), dX + 2L * i);
      Lanes.store(scaled.fma(xs, Lanes.load(dWeight + 4L * i)), dWeight + 4L * i);
    }
    for (int i = whole; i < d; i++) {
      float xi = Bfloat16Lanes.get(x + 2L * i);
      float scaled = Bfloat16Lanes.get(dOut + 2L * i) * r;
      float g =
          Math.fma(scaled, Bfloat16Lanes.get(weight + 2L * i), Bfloat16Lanes.get(dX + 2L * i));
      Bfloat16Lanes.set(dX + 2L * i, Math.fma(xi, towardsX, g));
      OffHeap.setFloat(dWeight + 4L * i, Math.fma(scaled, xi, OffHeap.getFloat(dWeight + 4L * i)));
    }
  }

  private static float productSum(long a, long b, long c, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector ab = Bfloat16Lanes.load(a + 2L * i).mul(Bfloat16Lanes.load(b + 2L * i));
      sum = ab.fma(Bfloat16Lanes.load(c + 2L * i), sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest +=
          Bfloat16Lanes.get(a + 2L * i)
              * Bfloat16Lanes.get(b + 2L * i)
              * Bfloat16Lanes.get(c + 2L * i);
    }
    return Lanes.sum(sum) + rest;
  }
}
