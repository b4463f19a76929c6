package dev.switchyard.engine.backend.cpu;

import java.util.Set;

/**
 * Products on the calling thread. OpenBLAS copies ("packs") its operands before it multiplies,
 * which pays only if each element is used often: not for the few tokens of an expert, nor for one
 * head's attention. For AVX-512 it has kernels without packing, and takes them for products of at
 * most a million multiply-adds; so a product with a short side is cut into blocks of that size.
 * That makes it up to twice as fast.
 *
 * <p>The sizes were found by trying: what is best depends on which operand is read across its rows.
 */
final class SmallProducts {
  private static final Set<String> KERNELS_WITHOUT_PACKING =
      Set.of("SkylakeX", "Cooperlake", "SapphireRapids");
  private static final boolean CUT = KERNELS_WITHOUT_PACKING.contains(OpenBlas.kernels());

  // OpenBLAS' limit on multiply-adds.
  private static final int LARGEST = 1_000_000;
  // With a shorter side than this, packing the other operand costs more than it brings.
  private static final int SHORT_SIDE = 192;
  // Elements of a result that stays in a core's own cache.
  private static final int LARGEST_RESULT = 1 << 16;
  private static final int UNIT = 16;

  private SmallProducts() {}

  /** The same as {@link OpenBlas#multiply}. */
  static void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      long a,
      int rowA,
      long b,
      int rowB,
      float beta,
      long c,
      int rowC) {
    int rows = m;
    int columns = n;
    if (CUT && (long) m * n * k > LARGEST) {
      rows = Math.min(m, blockRows(transposeA, transposeB, m, n, k));
      columns = rows == 0 ? 0 : Math.min(n, blockColumns(transposeA, transposeB, rows, k));
    }
    if (rows == 0 || columns == 0) {
      rows = m;
      columns = n;
    }
    long strideA = transposeA ? 4 : 4L * rowA;
    long strideB = transposeB ? 4L * rowB : 4;
    for (int i = 0; i < m; i += rows) {
      for (int j = 0; j < n; j += columns) {
        OpenBlas.multiply(
            transposeA,
            transposeB,
            Math.min(rows, m - i),
            Math.min(columns, n - j),
            k,
            a + i * strideA,
            rowA,
            b + j * strideB,
            rowB,
            beta,
            c + 4 * ((long) i * rowC + j),
            rowC);
      }
    }
  }

  /** Rows of a block, or 0 where the product is better left whole. */
  private static int blockRows(boolean transposeA, boolean transposeB, int m, int n, int k) {
    int side = Math.min(m, n);
    if (transposeB) {
      // Both operands are read along their rows: kernels without packing are at their slowest.
      return transposeA || k < 96 || side > SHORT_SIDE ? 0 : 32;
    }
    if (transposeA) {
      // Large results, such as gradients of weights, wait for memory and not for packing.
      return Math.min(side, k) > SHORT_SIDE || m * (long) n > LARGEST_RESULT ? 0 : 64;
    }
    return side > SHORT_SIDE ? 0 : 64;
  }

  /** Columns of a block, or 0 where even the narrowest would be too large. */
  private static int blockColumns(boolean transposeA, boolean transposeB, int rows, int k) {
    int most = transposeA ? 128 : transposeB ? 32 : 64;
    int fitting = LARGEST / (rows * k) / UNIT * UNIT;
    return Math.min(most, fitting);
  }
}
