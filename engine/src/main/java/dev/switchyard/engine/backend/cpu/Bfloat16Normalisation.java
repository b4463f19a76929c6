package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/**
 * Root-mean-square normalisation of bfloat16 rows. Backward, each is widened into the thread's
 * scratch, where it stays in the nearest cache, and treated as {@link CpuNormalisation} does.
 */
final class Bfloat16Normalisation {
  private static final long LINE = 64;

  private final CpuThreads threads;
  private final CpuScratch scratch;

  Bfloat16Normalisation(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  private static long rowBytes(int d) {
    return (4L * d + LINE - 1) & -LINE;
  }

  /** The weight as bfloat16 has it, widened again, in the shared scratch. */
  private long roundedWeight(long weight, int d) {
    long rounded = scratch.shared();
    long between = scratch.own(0);
    Bfloat16Lanes.round(weight, between, d);
    Bfloat16Lanes.widen(between, rounded, d);
    return rounded;
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
    // Two short loops instead of one: the compiler keeps only so much in registers.
    threads.overRows(
        rows,
        d,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            double meanSquare = sumOfSquares(xAt + 2 * row * d, d) / (double) d;
            OffHeap.setFloat(inverseAt + 4 * row, (float) (1 / Math.sqrt(meanSquare + epsilon)));
          }
        });
    threads.overRows(
        rows,
        d,
        (from, to, thread) -> {
          for (long row = from; row < to; row++) {
            long at = 2 * row * d;
            float inverse = OffHeap.getFloat(inverseAt + 4 * row);
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
    long bytes = rowBytes(d);
    scratch.reserve(3 * bytes, bytes + 4L * blocks * d);
    long rounded = roundedWeight(weightAt, d);
    long partials = rounded + bytes;
    threads.overEach(
        blocks,
        (block, end, thread) -> {
          long partial = partials + 4L * block * d;
          long wideDOut = scratch.own(thread);
          long wideX = wideDOut + bytes;
          long wideDX = wideX + bytes;
          OffHeap.clear(partial, 4L * d);
          int last = Partials.start(rows, blocks, end);
          for (int row = Partials.start(rows, blocks, block); row < last; row++) {
            long at = 2L * row * d;
            float inverse = OffHeap.getFloat(inverseAt + 4L * row);
            Bfloat16Lanes.widen(dOutAt + at, wideDOut, d);
            Bfloat16Lanes.widen(xAt + at, wideX, d);
            Bfloat16Lanes.widen(dXAt + at, wideDX, d);
            CpuNormalisation.backward(wideDOut, wideX, rounded, inverse, wideDX, partial, d);
            Bfloat16Lanes.round(wideDX, dXAt + at, d);
          }
        });
    Partials.add(partials, blocks, d, dWeightAt);
  }
}
