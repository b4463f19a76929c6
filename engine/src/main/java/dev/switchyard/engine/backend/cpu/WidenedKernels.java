package dev.switchyard.engine.backend.cpu;

/**
 * Products of bfloat16 where the processor has none: on widened copies, by OpenBLAS in float32. The
 * products of two bfloat16 numbers are exact in float32, so only the order of adding differs.
 */
final class WidenedKernels implements BlockKernel.Source {
  private static final long LINE = 64;

  @Override
  public BlockKernel of(BlockShape shape) {
    return new Kernel(shape);
  }

  @Override
  public String name() {
    return "bfloat16 in float32's products";
  }

  @Override
  public void tidy() {}

  @Override
  public void close() {}

  private record Kernel(BlockShape shape) implements BlockKernel {
    private int storedRowsA() {
      return shape.transposeA() ? shape.k() : shape.m();
    }

    private int storedColumnsA() {
      return shape.transposeA() ? shape.m() : shape.k();
    }

    private int storedRowsB() {
      return shape.transposeB() ? shape.n() : shape.k();
    }

    private int storedColumnsB() {
      return shape.transposeB() ? shape.k() : shape.n();
    }

    private long bytesA() {
      return lines(4L * shape.m() * shape.k());
    }

    private long bytesB() {
      return lines(4L * shape.n() * shape.k());
    }

    private static long lines(long bytes) {
      return (bytes + LINE - 1) & -LINE;
    }

    @Override
    public long scratchBytes() {
      return bytesA() + bytesB() + (shape.wide() ? 0 : 4L * shape.m() * shape.n());
    }

    @Override
    public void run(int thread, long a, long b, long c, long scratch) {
      long wideA = scratch;
      long wideB = wideA + bytesA();
      widen(a, shape.rowA(), wideA, storedRowsA(), storedColumnsA());
      widen(b, shape.rowB(), wideB, storedRowsB(), storedColumnsB());
      long wideC = shape.wide() ? c : wideB + bytesB();
      if (!shape.wide() && shape.accumulate()) {
        widen(c, shape.rowC(), wideC, shape.m(), shape.n());
      }
      SmallProducts.multiply(
          shape.transposeA(),
          shape.transposeB(),
          shape.m(),
          shape.n(),
          shape.k(),
          wideA,
          Math.max(1, storedColumnsA()),
          wideB,
          Math.max(1, storedColumnsB()),
          shape.accumulate() ? 1f : 0f,
          wideC,
          shape.wide() ? shape.rowC() : shape.n());
      if (!shape.wide()) {
        for (int i = 0; i < shape.m(); i++) {
          Bfloat16Lanes.round(wideC + 4L * i * shape.n(), c + 2L * i * shape.rowC(), shape.n());
        }
      }
    }

    private static void widen(long from, int row, long to, int rows, int columns) {
      for (int i = 0; i < rows; i++) {
        Bfloat16Lanes.widen(from + 2L * i * row, to + 4L * i * columns, columns);
      }
    }
  }
}
