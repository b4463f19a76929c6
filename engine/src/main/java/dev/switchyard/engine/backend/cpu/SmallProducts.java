package dev.switchyard.engine.backend.cpu;

import java.util.Set;

/**
 * Products on the calling thread, cut into small ones. OpenBLAS copies ("packs") the operands of a
 * large product before it multiplies; those of a small one, of at most a million multiply-adds, it
 * reads where they lie, and for AVX-512 it does so at nearly the speed of the processor's
 * arithmetic. A large product as a sequence of small ones that find what they share in the caches
 * is faster than a packed one by a fifth on square matrices, and by half and more on the few tokens
 * of an expert.
 *
 * <p>The sizes of the small ones, and their order, were found by trying: what is best depends on
 * which operand is read across its rows.
 */
final class SmallProducts {
  private static final Set<String> KERNELS_WITHOUT_PACKING =
      Set.of("SkylakeX", "Cooperlake", "SapphireRapids");
  private static final boolean CUT = KERNELS_WITHOUT_PACKING.contains(OpenBlas.kernels());

  // OpenBLAS' limit on multiply-adds.
  private static final int LARGEST = 1_000_000;
  // From this length of the shorter side on, packing pays where both operands lie along their rows.
  private static final int LONG_SIDE = 192;

  private SmallProducts() {}

  /** Rows and columns of a small product's result, and how many products each element sums. */
  private record Block(int rows, int columns, int depth) {
    private static final Block BOTH_ALONG_ROWS = new Block(32, 32, 512);
    private static final Block SECOND_ACROSS_ROWS = new Block(48, 64, 256);
    private static final Block BOTH_ACROSS_ROWS = new Block(32, 64, 256);
    private static final Block SHALLOW_ACROSS_ROWS = new Block(96, 64, 128);

    /** For a second operand that is read across its rows. */
    static Block of(boolean transposeA, int k) {
      return !transposeA
          ? SECOND_ACROSS_ROWS
          : k <= SHALLOW_ACROSS_ROWS.depth ? SHALLOW_ACROSS_ROWS : BOTH_ACROSS_ROWS;
    }
  }

  /** The operands of {@link OpenBlas#multiply}. */
  private record Product(
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

    void whole() {
      OpenBlas.multiply(transposeA, transposeB, m, n, k, a, rowA, b, rowB, beta, c, rowC);
    }

    /** The block that begins at this row, column and depth. */
    void block(Block block, int i, int j, int p) {
      OpenBlas.multiply(
          transposeA,
          transposeB,
          Math.min(block.rows, m - i),
          Math.min(block.columns, n - j),
          Math.min(block.depth, k - p),
          a + 4 * (transposeA ? (long) p * rowA + i : (long) i * rowA + p),
          rowA,
          b + 4 * (transposeB ? (long) j * rowB + p : (long) p * rowB + j),
          rowB,
          p == 0 ? beta : 1f,
          c + 4 * ((long) i * rowC + j),
          rowC);
    }

    /** Sums the whole depth of a block at once, along the longer side of the result. */
    void blockByBlock(Block block) {
      if (m >= n) {
        for (int i = 0; i < m; i += block.rows) {
          for (int j = 0; j < n; j += block.columns) {
            depth(block, i, j);
          }
        }
      } else {
        for (int j = 0; j < n; j += block.columns) {
          for (int i = 0; i < m; i += block.rows) {
            depth(block, i, j);
          }
        }
      }
    }

    private void depth(Block block, int i, int j) {
      for (int p = 0; p < k; p += block.depth) {
        block(block, i, j, p);
      }
    }

    /** Goes over the whole result for each stretch of the depth, whose rows stay in the cache. */
    void stretchByStretch(Block block) {
      for (int p = 0; p < k; p += block.depth) {
        if (transposeA) {
          for (int i = 0; i < m; i += block.rows) {
            for (int j = 0; j < n; j += block.columns) {
              block(block, i, j, p);
            }
          }
        } else {
          for (int j = 0; j < n; j += block.columns) {
            for (int i = 0; i < m; i += block.rows) {
              block(block, i, j, p);
            }
          }
        }
      }
    }
  }

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
    if (!CUT || (transposeA && transposeB) || (long) m * n * k <= LARGEST) {
      // Before anything is put on the heap: there are thousands of these in a training step.
      OpenBlas.multiply(transposeA, transposeB, m, n, k, a, rowA, b, rowB, beta, c, rowC);
      return;
    }
    Product product = new Product(transposeA, transposeB, m, n, k, a, rowA, b, rowB, beta, c, rowC);
    if (!transposeB) {
      product.stretchByStretch(Block.of(transposeA, k));
    } else if (k <= Block.BOTH_ALONG_ROWS.depth && Math.min(m, n) > LONG_SIDE) {
      product.whole();
    } else {
      product.blockByBlock(Block.BOTH_ALONG_ROWS);
    }
  }
}
