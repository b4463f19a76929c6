package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/** Root-mean-square normalisation, forward and backward. */
final class CpuNormalisation {
  private final CpuThreads threads;
  private final CpuScratch scratch;

  CpuNormalisation(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#rmsNorm}. */
  void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    Operands.rankAtLeast(x, "x", 1);
    int rows = x.rows();
    int d = x.length(-1);
    long xAt = Operands.floats(x, "x");
    long weightAt = Operands.floats(weight, "weight", d);
    long outAt = Operands.rows(out, "out", rows, d);
    long inverseAt = Operands.floats(inverseRms, "inverseRms", rows);
    threads.overRows(
        rows,
        d,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * d;
            double meanSquare = Reductions.dot(xAt + at, xAt + at, d) / (double) d;
            float inverse = (float) (1 / Math.sqrt(meanSquare + epsilon));
            OffHeap.setFloat(inverseAt + 4 * row, inverse);
            normalise(xAt + at, weightAt, inverse, outAt + at, d);
          }
        });
  }

  private static void normalise(long x, long weight, float inverse, long out, int d) {
    FloatVector factors = Lanes.all(inverse);
    int whole = Lanes.whole(d);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector scaled = Lanes.load(x + 4L * i).mul(factors);
      Lanes.store(scaled.mul(Lanes.load(weight + 4L * i)), out + 4L * i);
    }
    for (int i = whole; i < d; i++) {
      float scaled = OffHeap.getFloat(x + 4L * i) * inverse;
      OffHeap.setFloat(out + 4L * i, scaled * OffHeap.getFloat(weight + 4L * i));
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#rmsNormBackward}. */
  void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    Operands.rankAtLeast(x, "x", 1);
    int rows = x.rows();
    int d = x.length(-1);
    long dOutAt = Operands.rows(dOut, "dOut", rows, d);
    long xAt = Operands.floats(x, "x");
    long weightAt = Operands.floats(weight, "weight", d);
    long inverseAt = Operands.floats(inverseRms, "inverseRms", rows);
    long dXAt = Operands.rows(dX, "dX", rows, d);
    long dWeightAt = Operands.floats(dWeight, "dWeight", d);
    if (rows == 0) {
      return;
    }
    int blocks = Partials.blocks(rows);
    scratch.reserve(0, 4L * blocks * d);
    long partials = scratch.shared();
    threads.overEach(
        blocks,
        (block, end, thread) -> {
          long partial = partials + 4L * block * d;
          OffHeap.clear(partial, 4L * d);
          int last = Partials.start(rows, blocks, end);
          for (int row = Partials.start(rows, blocks, block); row < last; row++) {
            long at = 4L * row * d;
            float inverse = OffHeap.getFloat(inverseAt + 4L * row);
            backward(dOutAt + at, xAt + at, weightAt, inverse, dXAt + at, partial, d);
          }
        });
    Partials.add(partials, blocks, d, dWeightAt);
  }

  /** With g = dOut weight: dX += r g - x r^3 mean(g x); dWeight += dOut x r. */
  static void backward(long dOut, long x, long weight, float r, long dX, long dWeight, int d) {
    float towardsX = -(r * r * r) * productSum(dOut, x, weight, d) / d;
    FloatVector towards = Lanes.all(towardsX);
    FloatVector factors = Lanes.all(r);
    int whole = Lanes.whole(d);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector xs = Lanes.load(x + 4L * i);
      FloatVector scaled = Lanes.load(dOut + 4L * i).mul(factors);
      FloatVector dXs = scaled.fma(Lanes.load(weight + 4L * i), Lanes.load(dX + 4L * i));
      Lanes.store(xs.fma(towards, dXs), dX + 4L * i);
      Lanes.store(scaled.fma(xs, Lanes.load(dWeight + 4L * i)), dWeight + 4L * i);
    }
    for (int i = whole; i < d; i++) {
      float xi = OffHeap.getFloat(x + 4L * i);
      float scaled = OffHeap.getFloat(dOut + 4L * i) * r;
      float g = Math.fma(scaled, OffHeap.getFloat(weight + 4L * i), OffHeap.getFloat(dX + 4L * i));
      OffHeap.setFloat(dX + 4L * i, Math.fma(xi, towardsX, g));
      OffHeap.setFloat(dWeight + 4L * i, Math.fma(scaled, xi, OffHeap.getFloat(dWeight + 4L * i)));
    }
  }

  private static float productSum(long a, long b, long c, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector ab = Lanes.load(a + 4L * i).mul(Lanes.load(b + 4L * i));
      sum = ab.fma(Lanes.load(c + 4L * i), sum);
    }
    float rest = 0;
    for (int i = whole; i < n; i++) {
      rest +=
          OffHeap.getFloat(a + 4L * i)
              * OffHeap.getFloat(b + 4L * i)
              * OffHeap.getFloat(c + 4L * i);
    }
    return Lanes.sum(sum) + rest;
  }
}
