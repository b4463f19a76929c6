package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.tensor.Tensor;

/** Matrix products: OpenBLAS on one thread each, over blocks of the result's rows and columns. */
final class CpuProducts {
  // Multiply-adds that are worth handing to another thread: about 10 microseconds.
  private static final long SMALLEST_PART = 1 << 19;
  // A block with fewer rows or columns spends too much of its time packing the other operand.
  private static final int SMALLEST_BLOCK = 64;

  private final CpuThreads threads;

  CpuProducts(CpuThreads threads) {
    this.threads = threads;
  }

  /** The sizes of one product out[m, n] = op(a) op(b), and its operands as stored. */
  private record Product(
      boolean transposeA, boolean transposeB, int m, int n, int k, boolean accumulate) {

    int rowA() {
      return Math.max(1, transposeA ? m : k);
    }

    int rowB() {
      return Math.max(1, transposeB ? k : n);
    }

    /** Rows {@code fromM} to {@code toM} and columns {@code fromN} to {@code toN} of the result. */
    void run(long a, long b, long out, int fromM, int toM, int fromN, int toN, int depth) {
      long firstOut = out + 4 * ((long) fromM * n + fromN);
      if (depth == 0) {
        clear(firstOut, toM - fromM, toN - fromN);
        return;
      }
      SmallProducts.multiply(
          transposeA,
          transposeB,
          toM - fromM,
          toN - fromN,
          depth,
          a + 4L * fromM * (transposeA ? 1 : k),
          rowA(),
          b + 4L * fromN * (transposeB ? k : 1),
          rowB(),
          accumulate ? 1f : 0f,
          firstOut,
          Math.max(1, n));
    }

    /** What a product with nothing to sum up gives: zeros, or nothing more. */
    void clear(long firstOut, int rows, int columns) {
      if (!accumulate && columns == n) {
        OffHeap.clear(firstOut, 4L * rows * n);
      } else if (!accumulate) {
        for (int row = 0; row < rows; row++) {
          OffHeap.clear(firstOut + 4L * row * n, 4L * columns);
        }
      }
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#matmul}. */
  void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    Operands.rankAtLeast(a, "a", 2);
    Operands.rankAtLeast(b, "b", 2);
    Product product = product(a, transposeA, b, transposeB, accumulate);
    long aAt = Operands.matrices(a, "a", 1, a.length(-2), a.length(-1));
    long bAt = Operands.matrices(b, "b", 1, b.length(-2), b.length(-1));
    long outAt = Operands.matrices(out, "out", 1, product.m, product.n);
    if (product.m == 0 || product.n == 0) {
      return;
    }
    int parts = partsWorthWhile(product);
    if (product.m >= product.n) {
      int blocks = Math.min(parts, Math.ceilDiv(product.m, SMALLEST_BLOCK));
      threads.overEach(
          blocks,
          (block, end, thread) ->
              product.run(
                  aAt,
                  bAt,
                  outAt,
                  cut(product.m, blocks, block),
                  cut(product.m, blocks, end),
                  0,
                  product.n,
                  product.k));
    } else {
      int blocks = Math.min(parts, Math.ceilDiv(product.n, SMALLEST_BLOCK));
      threads.overEach(
          blocks,
          (block, end, thread) ->
              product.run(
                  aAt,
                  bAt,
                  outAt,
                  0,
                  product.m,
                  cut(product.n, blocks, block),
                  cut(product.n, blocks, end),
                  product.k));
    }
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
    Product product = product(a, transposeA, b, transposeB, accumulate);
    int count = a.length(0);
    long aAt = Operands.matrices(a, "a", count, a.length(-2), a.length(-1));
    long bAt = Operands.matrices(b, "b", count, b.length(-2), b.length(-1));
    long outAt = Operands.matrices(out, "out", count, product.m, product.n);
    long usedAt = rowsUsed == null ? 0 : Operands.ints(rowsUsed, "rowsUsed", count);
    if (product.m == 0 || product.n == 0) {
      return;
    }
    // Few matrices are cut into blocks, so that all threads have work and full experts share it.
    int blocks =
        Math.min(
            Math.max(1, partsWorthWhile(product) / 2), Math.ceilDiv(product.m, 2 * SMALLEST_BLOCK));
    threads.overEach(
        count * blocks,
        (part, end, thread) -> {
          int i = (int) (part / blocks);
          int block = (int) (part % blocks);
          int used = usedAt == 0 ? a.length(-2) : used(usedAt, i, a.length(-2));
          multiplyBlock(
              product,
              aAt + 4L * i * product.m * product.k,
              bAt + 4L * i * product.k * product.n,
              outAt + 4L * i * product.m * product.n,
              cut(product.m, blocks, block),
              cut(product.m, blocks, block + 1),
              used);
        });
  }

  /** One block of rows, of which those that multiply only zeros are not computed. */
  private static void multiplyBlock(
      Product product, long a, long b, long out, int fromM, int toM, int used) {
    if (product.transposeA) {
      product.run(a, b, out, fromM, toM, 0, product.n, used);
      return;
    }
    int last = Math.max(fromM, Math.min(toM, used));
    if (last > fromM) {
      product.run(a, b, out, fromM, last, 0, product.n, product.k);
    }
    product.clear(out + 4L * last * product.n, toM - last, product.n);
  }

  private static int used(long usedAt, int i, int rows) {
    return Math.clamp(OffHeap.getInt(usedAt + 4L * i), 0, rows);
  }

  private int partsWorthWhile(Product product) {
    long work = (long) product.m * product.n * Math.max(1, product.k);
    return (int) Math.max(1, Math.min(work / SMALLEST_PART, 2L * threads.count()));
  }

  /** Where a block of rows begins: at multiples of 16, the width of OpenBLAS' kernels. */
  private static int cut(int length, int blocks, long block) {
    return block == blocks ? length : (int) (length * block / blocks) & -16;
  }

  private static Product product(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, boolean accumulate) {
    int m = a.length(transposeA ? -1 : -2);
    int k = a.length(transposeA ? -2 : -1);
    int n = b.length(transposeB ? -2 : -1);
    if (b.length(transposeB ? -1 : -2) != k) {
      throw new IllegalArgumentException(
          "Can't multiply a "
              + a
              + (transposeA ? " transposed" : "")
              + " with b "
              + b
              + (transposeB ? " transposed" : "")
              + ": one sums over "
              + k
              + ", the other doesn't.");
    }
    return new Product(transposeA, transposeB, m, n, k, accumulate);
  }
}
