package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Figures of whole tensors, summed in double precision in blocks of a fixed length, and the blocks
 * in order: the same bits on any number of threads.
 */
final class CpuSums {
  private static final int BLOCK = 1 << 14;
  private static final long HALF_BYTES = 2L * Lanes.COUNT;

  private final CpuThreads threads;
  private final CpuScratch scratch;

  CpuSums(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** What is summed over a block. */
  private enum Figure {
    SUM,
    SUM_OF_SQUARES,
    NOT_FINITE;

    double over(long x, int n) {
      return switch (this) {
        case SUM -> sum(x, n);
        case SUM_OF_SQUARES -> sumOfSquares(x, n);
        case NOT_FINITE -> notFinite(x, n);
      };
    }
  }

  double sum(Tensor tensor) {
    if (tensor.type() == ElementType.INT32) {
      return sumInts(Operands.address(tensor), tensor.size());
    }
    return total(Figure.SUM, tensor);
  }

  double sumOfSquares(Tensor tensor) {
    return total(Figure.SUM_OF_SQUARES, tensor);
  }

  boolean allFinite(Tensor tensor) {
    return total(Figure.NOT_FINITE, tensor) == 0;
  }

  private double total(Figure figure, Tensor tensor) {
    long at = Operands.floats(tensor, "tensor");
    long size = tensor.size();
    int blocks = Math.toIntExact(Math.ceilDiv(size, (long) BLOCK));
    scratch.reserve(0, 8L * blocks);
    long sums = scratch.shared();
    threads.overRows(
        blocks,
        BLOCK,
        (from, to, thread) -> {
          for (long block = from; block < to; block++) {
            int n = (int) Math.min(BLOCK, size - block * BLOCK);
            OffHeap.setDouble(sums + 8 * block, figure.over(at + 4 * block * BLOCK, n));
          }
        });
    double total = 0;
    for (int block = 0; block < blocks; block++) {
      total += OffHeap.getDouble(sums + 8L * block);
    }
    return total;
  }

  private static double sumInts(long x, long n) {
    long sum = 0;
    for (long i = 0; i < n; i++) {
      sum += OffHeap.getInt(x + 4 * i);
    }
    return sum;
  }

  private static double sum(long x, int n) {
    DoubleVector even = DoubleVector.zero(Lanes.DOUBLES);
    DoubleVector odd = DoubleVector.zero(Lanes.DOUBLES);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      even = even.add(Lanes.loadAsDoubles(x + 4L * i));
      odd = odd.add(Lanes.loadAsDoubles(x + 4L * i + HALF_BYTES));
    }
    double sum = Lanes.sum(even.add(odd));
    for (int i = whole; i < n; i++) {
      sum += OffHeap.getFloat(x + 4L * i);
    }
    return sum;
  }

  static double sumOfSquares(long x, int n) {
    DoubleVector even = DoubleVector.zero(Lanes.DOUBLES);
    DoubleVector odd = DoubleVector.zero(Lanes.DOUBLES);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      DoubleVector first = Lanes.loadAsDoubles(x + 4L * i);
      DoubleVector second = Lanes.loadAsDoubles(x + 4L * i + HALF_BYTES);
      even = first.fma(first, even);
      odd = second.fma(second, odd);
    }
    double sum = Lanes.sum(even.add(odd));
    for (int i = whole; i < n; i++) {
      double v = OffHeap.getFloat(x + 4L * i);
      sum += v * v;
    }
    return sum;
  }

  /** 0 where all are finite, else not a number: only infinities and NaN times 0 aren't 0. */
  private static double notFinite(long x, int n) {
    FloatVector sum = Lanes.all(0f);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      sum = Lanes.load(x + 4L * i).fma(Lanes.ZEROS, sum);
    }
    float rest = Lanes.sum(sum);
    for (int i = whole; i < n; i++) {
      rest += OffHeap.getFloat(x + 4L * i) * 0f;
    }
    return rest;
  }
}
