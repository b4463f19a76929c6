package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * Products in which at least one operand is bfloat16. A float32 operand beside it, a weight, is
 * rounded into scratch first, by all threads: one pass over it, little beside the product, so that
 * nothing is kept from one product to the next, and no copy can be out of date. Then each thread
 * multiplies blocks of the result on its own.
 */
final class Bfloat16Products {
  // Multiply-adds that are worth handing to another thread: about 10 microseconds.
  private static final long SMALLEST_PART = 1 << 20;
  // A narrower block spends too much of its time arranging the other operand.
  private static final int SMALLEST_BLOCK = 64;
  // Rows that hold tokens are counted in such steps, so that few different kernels are needed.
  private static final int STEP_OF_ROWS = 32;
  private static final long LINE = 64;

  private final CpuThreads threads;
  private final CpuScratch scratch;
  private final BlockKernel.Source kernels;

  Bfloat16Products(CpuThreads threads, CpuScratch scratch, BlockKernel.Source kernels) {
    this.threads = threads;
    this.scratch = scratch;
    this.kernels = kernels;
  }

  /** An operand: where it lies, how its matrices follow one another, and whether to round it. */
  private record Operand(long address, boolean wide, boolean transposed, int rows, int columns) {
    static Operand of(Tensor tensor, String name, boolean transposed, int count) {
      int rows = tensor.length(-2);
      int columns = tensor.length(-1);
      long address = Operands.realMatrices(tensor, name, count, rows, columns);
      return new Operand(address, tensor.type() == ElementType.FLOAT32, transposed, rows, columns);
    }

    long elements() {
      return (long) rows * columns;
    }

    /** Distance between rows as stored. */
    int row() {
      return Math.max(1, columns);
    }

    /** Bytes from the first element to that of another row or column of op(this). */
    long toRow(int i) {
      return 2L * i * (transposed ? 1 : columns);
    }

    long toColumn(int j) {
      return 2L * j * (transposed ? columns : 1);
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#matmul}. */
  void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    Operands.rankAtLeast(a, "a", 2);
    Operands.rankAtLeast(b, "b", 2);
    Operand left = Operand.of(a, "a", transposeA, 1);
    Operand right = Operand.of(b, "b", transposeB, 1);
    int m = transposeA ? left.columns : left.rows;
    int n = transposeB ? right.rows : right.columns;
    int k = innerLength(left, right);
    long outAt = Operands.realMatrices(out, "out", 1, m, n);
    boolean wide = out.type() == ElementType.FLOAT32;
    if (m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      clear(outAt, (long) m * n * (wide ? 4 : 2), accumulate);
      return;
    }
    int parts = (int) Math.clamp((long) m * n * k / SMALLEST_PART, 1, 2L * threads.count());
    boolean byRows = m >= n;
    int blocks = Math.min(parts, Math.ceilDiv(byRows ? m : n, SMALLEST_BLOCK));
    kernels.tidy();
    BlockKernel[] ofBlock = new BlockKernel[blocks];
    long needed = 0;
    for (int i = 0; i < blocks; i++) {
      int length = cut(byRows ? m : n, blocks, i + 1) - cut(byRows ? m : n, blocks, i);
      BlockShape shape =
          new BlockShape(
              transposeA,
              transposeB,
              byRows ? length : m,
              byRows ? n : length,
              k,
              left.row(),
              right.row(),
              n,
              wide,
              accumulate);
      ofBlock[i] = kernels.of(shape);
      needed = Math.max(needed, ofBlock[i].scratchBytes());
    }
    scratch.reserve(needed, roundedBytes(left, 1) + roundedBytes(right, 1));
    long aAt = rounded(left, scratch.shared());
    long bAt = rounded(right, scratch.shared() + roundedBytes(left, 1));
    int bytes = wide ? 4 : 2;
    threads.overEach(
        blocks,
        (block, end, thread) -> {
          int from = cut(byRows ? m : n, blocks, block);
          ofBlock[(int) block].run(
              thread,
              byRows ? aAt + left.toRow(from) : aAt,
              byRows ? bAt : bAt + right.toColumn(from),
              outAt + (long) bytes * from * (byRows ? n : 1),
              scratch.own(thread));
        });
  }

  private static int innerLength(Operand left, Operand right) {
    int k = left.transposed ? left.rows : left.columns;
    if (k != (right.transposed ? right.columns : right.rows)) {
      throw new IllegalArgumentException(
          "Can't multiply a [%d, %d]%s with b [%d, %d]%s: they don't sum over the same length."
              .formatted(
                  left.rows,
                  left.columns,
                  left.transposed ? " transposed" : "",
                  right.rows,
                  right.columns,
                  right.transposed ? " transposed" : ""));
    }
    return k;
  }

  private static long roundedBytes(Operand operand, int matrices) {
    return operand.wide ? (2 * operand.elements() * matrices + LINE - 1) & -LINE : 0;
  }

  /** Address of the operand in bfloat16: its own, or that of the copy. */
  private long rounded(Operand operand, long copy) {
    if (!operand.wide) {
      return operand.address;
    }
    threads.overRows(
        operand.elements(),
        1,
        (from, to, thread) ->
            Bfloat16Lanes.round(operand.address + 4 * from, copy + 2 * from, (int) (to - from)));
    return copy;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#batchedMatmul}. */
  void batchedMatmul(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate,
      Tensor rowsUsed) {
    Operands.rankAtLeast(a, "a", 3);
    Operands.rankAtLeast(b, "b", 3);
    int count = a.length(0);
    Operand left = Operand.of(a, "a", transposeA, count);
    Operand right = Operand.of(b, "b", transposeB, count);
    int m = transposeA ? left.columns : left.rows;
    int n = transposeB ? right.rows : right.columns;
    innerLength(left, right);
    long outAt = Operands.realMatrices(out, "out", count, m, n);
    if (m == 0 || n == 0 || count == 0) {
      return;
    }
    int[] used = new int[count];
    Arrays.fill(used, left.rows);
    if (rowsUsed != null) {
      long usedAt = Operands.ints(rowsUsed, "rowsUsed", count);
      for (int i = 0; i < count; i++) {
        int rows = Math.clamp(OffHeap.getInt(usedAt + 4L * i), 0, left.rows);
        used[i] = Math.min(left.rows, Math.ceilDiv(rows, STEP_OF_ROWS) * STEP_OF_ROWS);
      }
    }
    new Batch(left, right, outAt, n, out.type() == ElementType.FLOAT32, accumulate, used).run();
  }

  /** The products of one call, one for each matrix; blocks of columns where they are few. */
  private final class Batch {
    private final Operand left;
    private final Operand right;
    private final long outAt;
    private final int m;
    private final int n;
    private final boolean wide;
    private final boolean accumulate;
    private final int[] used;
    private final int blocks;
    private final BlockKernel[] kernelOf;

    Batch(
        Operand left,
        Operand right,
        long outAt,
        int n,
        boolean wide,
        boolean accumulate,
        int[] used) {
      this.left = left;
      this.right = right;
      this.outAt = outAt;
      this.m = left.transposed ? left.columns : left.rows;
      this.n = n;
      this.wide = wide;
      this.accumulate = accumulate;
      this.used = used;
      int wanted = Math.ceilDiv(2 * threads.count(), used.length);
      this.blocks = Math.clamp(wanted, 1, Math.ceilDiv(n, SMALLEST_BLOCK));
      this.kernelOf = new BlockKernel[used.length * blocks];
    }

    void run() {
      kernels.tidy();
      long needed = 0;
      for (int part = 0; part < kernelOf.length; part++) {
        int rows = used[part / blocks];
        if (rows > 0) {
          kernelOf[part] = kernels.of(shape(part % blocks, rows));
          needed = Math.max(needed, kernelOf[part].scratchBytes());
        }
      }
      long forKernel = (needed + LINE - 1) & -LINE;
      long forLeft = roundedBytes(left, 1);
      scratch.reserve(forKernel + forLeft + roundedBytes(right, 1), 0);
      threads.overEach(
          kernelOf.length,
          (part, end, thread) -> {
            long own = scratch.own(thread);
            multiply((int) part, thread, own, own + forKernel, own + forKernel + forLeft);
          });
    }

    private int from(int block) {
      return cut(n, blocks, block);
    }

    private BlockShape shape(int block, int rows) {
      boolean inner = left.transposed;
      return new BlockShape(
          left.transposed,
          right.transposed,
          inner ? m : rows,
          from(block + 1) - from(block),
          inner ? rows : left.columns,
          left.row(),
          right.row(),
          n,
          wide,
          accumulate);
    }

    private void multiply(int part, int thread, long scratchAt, long leftCopy, long rightCopy) {
      int i = part / blocks;
      int block = part % blocks;
      int bytes = wide ? 4 : 2;
      int columns = from(block + 1) - from(block);
      long c = outAt + bytes * ((long) i * m * n + from(block));
      int written = 0;
      if (kernelOf[part] != null) {
        long a = matrix(left, i, leftCopy);
        long b = matrix(right, i, rightCopy);
        kernelOf[part].run(thread, a, b + right.toColumn(from(block)), c, scratchAt);
        written = left.transposed ? m : used[i];
      }
      for (int row = written; row < m; row++) {
        clear(c + (long) bytes * row * n, (long) bytes * columns, accumulate);
      }
    }

    /** Address of one matrix in bfloat16. */
    private long matrix(Operand operand, int i, long copy) {
      if (!operand.wide) {
        return operand.address + 2 * i * operand.elements();
      }
      long from = operand.address + 4 * i * operand.elements();
      Bfloat16Lanes.round(from, copy, Math.toIntExact(operand.elements()));
      return copy;
    }
  }

  /** What a product with nothing to sum up gives: zeros, or nothing more. */
  private static void clear(long address, long bytes, boolean accumulate) {
    if (!accumulate) {
      Bfloat16Lanes.clear(address, bytes);
    }
  }

  /** Where a block begins: at multiples of 16, the width of the kernels. */
  private static int cut(int length, int blocks, long block) {
    return block == blocks ? length : (int) (length * block / blocks) & -16;
  }
}
