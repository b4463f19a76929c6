package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Matrix products. */
interface ProductConformance {
  Bench bench();

  boolean[] BOTH = {false, true};

  /** [M, K, N]: single rows and columns, odd lengths, more than one block of a kernel. */
  int[][] SHAPES = {
    {1, 1, 1},
    {1, 7, 5},
    {5, 1, 3},
    {3, 4, 1},
    {1, 64, 1},
    {17, 33, 9},
    {64, 48, 80},
    {67, 257, 130}
  };

  @Test
  default void matmulMultipliesWithAnyTransposition() {
    for (int[] s : SHAPES) {
      for (boolean transposeA : BOTH) {
        for (boolean transposeB : BOTH) {
          double[] a = bench().numbers(s[0] * s[1]);
          double[] b = bench().numbers(s[1] * s[2]);
          Tensor out = bench().spoiled(s[0], s[2]);
          bench()
              .backend
              .matmul(
                  matrix(a, s[0], s[1], transposeA),
                  transposeA,
                  matrix(b, s[1], s[2], transposeB),
                  transposeB,
                  out,
                  false);
          double[] want = Reference.product(a, 0, transposeA, b, 0, transposeB, s[0], s[1], s[2]);
          bench().assertClose("product " + Arrays.toString(s), out, want, s[1]);
        }
      }
    }
  }

  @Test
  default void matmulAddsWhereAsked() {
    for (int[] s : SHAPES) {
      for (boolean transposeA : BOTH) {
        double[] a = bench().numbers(s[0] * s[1]);
        double[] b = bench().numbers(s[1] * s[2]);
        double[] before = bench().numbers(s[0] * s[2]);
        Tensor out = bench().tensor(before, s[0], s[2]);
        Tensor left = matrix(a, s[0], s[1], transposeA);
        bench().backend.matmul(left, transposeA, bench().tensor(b, s[1], s[2]), false, out, true);
        double[] want = Reference.product(a, 0, transposeA, b, 0, false, s[0], s[1], s[2]);
        Arrays.setAll(want, i -> want[i] + before[i]);
        bench().assertClose("sum with product " + Arrays.toString(s), out, want, s[1]);
      }
    }
  }

  @Test
  default void matmulOfAPartOfATensor() {
    double[] a = bench().numbers(6 * 5);
    double[] b = bench().numbers(5 * 4);
    Tensor out = bench().tensor(new double[6 * 4], 6, 4);
    bench()
        .backend
        .matmul(
            bench().tensor(a, 6, 5).part(2, 5),
            false,
            bench().tensor(b, 5, 4),
            false,
            out.part(1, 4),
            false);
    double[] want = new double[6 * 4];
    double[] product = Reference.product(a, 2 * 5, false, b, 0, false, 3, 5, 4);
    System.arraycopy(product, 0, want, 4, product.length);
    bench().assertClose("three rows in the middle", out, want, 5);
  }

  @Test
  default void batchedMatmulMultipliesEachPair() {
    int[][] shapes = {{1, 3, 4, 5}, {3, 1, 7, 2}, {4, 9, 1, 3}, {5, 16, 8, 1}, {2, 130, 140, 150}};
    for (int[] s : shapes) {
      for (boolean transposeA : BOTH) {
        for (boolean transposeB : BOTH) {
          checkBatched(s, transposeA, transposeB, false, null);
          checkBatched(s, transposeA, transposeB, true, null);
        }
      }
    }
  }

  @Test
  default void batchedMatmulWithRowsUsedGivesTheSame() {
    for (boolean transposeA : BOTH) {
      for (boolean transposeB : BOTH) {
        for (boolean accumulate : BOTH) {
          checkBatched(new int[] {4, 10, 6, 7}, transposeA, transposeB, accumulate, 0, 60, 1, 3);
          checkBatched(new int[] {3, 9, 33, 5}, transposeA, transposeB, accumulate, 0, 0, 9);
        }
      }
    }
  }

  // rowsUsed counts along a's second axis, so the rows from there on are made zero first.
  private void checkBatched(
      int[] s, boolean transposeA, boolean transposeB, boolean accumulate, int... rowsUsed) {
    int e = s[0];
    int m = s[1];
    int k = s[2];
    int n = s[3];
    int rows = transposeA ? k : m;
    int columns = transposeA ? m : k;
    double[] a = bench().numbers((long) e * m * k);
    double[] b = bench().numbers((long) e * k * n);
    int[] used = null;
    if (rowsUsed != null && rowsUsed.length > 0) {
      used = new int[e];
      for (int i = 0; i < e; i++) {
        used[i] = rowsUsed[i];
        int end = (i + 1) * rows * columns;
        Arrays.fill(a, Math.min(end, (i * rows + used[i]) * columns), end, 0);
      }
    }
    double[] want = new double[e * m * n];
    for (int i = 0; i < e; i++) {
      double[] product =
          Reference.product(a, i * m * k, transposeA, b, i * k * n, transposeB, m, k, n);
      System.arraycopy(product, 0, want, i * m * n, m * n);
    }
    double[] before = bench().numbers(want.length);
    Tensor out = accumulate ? bench().tensor(before, e, m, n) : bench().spoiled(e, m, n);
    if (accumulate) {
      Arrays.setAll(want, i -> want[i] + before[i]);
    }
    bench()
        .backend
        .batchedMatmul(
            bench().tensor(a, e, rows, columns),
            transposeA,
            transposeB ? bench().tensor(b, e, n, k) : bench().tensor(b, e, k, n),
            transposeB,
            out,
            accumulate,
            used == null ? null : bench().tensor(used, e));
    bench().assertClose("products " + Arrays.toString(s), out, want, k);
  }

  @Test
  default void productsRefuseShapesThatDoNotFit() {
    Tensor a = bench().tensor(new double[6], 2, 3);
    Tensor b = bench().tensor(new double[20], 4, 5);
    Tensor out = bench().tensor(new double[10], 2, 5);
    assertThatThrownBy(() -> bench().backend.matmul(a, false, b, false, out, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3]")
        .hasMessageContaining("[4, 5]");
    assertThatThrownBy(
            () ->
                bench()
                    .backend
                    .batchedMatmul(
                        a.as(1, 2, 3), false, b.as(1, 4, 5), false, out.as(1, 2, 5), false, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[1, 4, 5]");
  }

  private Tensor matrix(double[] values, int rows, int columns, boolean transposed) {
    return transposed
        ? bench().tensor(values, columns, rows)
        : bench().tensor(values, rows, columns);
  }
}
