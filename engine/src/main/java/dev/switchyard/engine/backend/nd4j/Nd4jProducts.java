package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrix products. */
final class Nd4jProducts {
  // From this many multiplications on, ND4J's product of two matrices (OpenBLAS with all threads)
  // is
  // faster in a loop than its product of stacks.
  private static final long LARGE = 1L << 21;
  private static final int STEPS_OF_ROWS_USED = 8;

  private final ElementType type;

  Nd4jProducts(ElementType type) {
    this.type = type;
  }

  void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    int rows = transposeA ? a.length(-1) : a.rows();
    int inner = transposeA ? a.rows() : a.length(-1);
    int columns = transposeB ? b.rows() : b.length(-1);
    Shapes.of("matmul")
        .types(type, a, b, out)
        .require(
            inner == (transposeB ? b.length(-1) : b.rows())
                && out.rows() == rows
                && out.length(-1) == columns,
            "out [M, N] = op(a) [M, K] op(b) [K, N] (a"
                + (transposeA ? " transposed" : "")
                + ", b"
                + (transposeB ? " transposed)" : ")"),
            a,
            b,
            out);
    Operations.product(
        Views.matrix(a),
        transposeA,
        Views.matrix(b),
        transposeB,
        Views.matrix(out),
        accumulate ? 1 : 0);
  }

  void batchedMatmul(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate,
      Tensor rowsUsed) {
    check(a, transposeA, b, transposeB, out, rowsUsed);
    long multiplications = out.size() * (transposeA ? a.length(1) : a.length(2));
    double beta = accumulate ? 1 : 0;
    if (rowsUsed == null && multiplications < LARGE * out.length(0)) {
      Operations.product(stack(a), transposeA, stack(b), transposeB, stack(out), beta);
      return;
    }
    HostWindow used = rowsUsed == null ? null : HostWindow.of(rowsUsed);
    int unit = Math.ceilDiv(a.length(1), STEPS_OF_ROWS_USED);
    for (int i = 0; i < out.length(0); i++) {
      int rows = a.length(1);
      if (used != null) {
        // Rounded up, so that few different views are made.
        rows = Math.min(rows, Math.ceilDiv(used.integer(i), unit) * unit);
      }
      if (transposeA) {
        productOfUsed(a, b, transposeB, out, i, rows, beta);
      } else {
        productOfRows(a, b, transposeB, out, i, rows, beta);
      }
    }
  }

  // out[i] = a[i] op(b[i]), where only the first rows of a[i], and so of out[i], are not zero.
  private static void productOfRows(
      Tensor a, Tensor b, boolean transposeB, Tensor out, int i, int rows, double beta) {
    int allRows = a.length(1);
    int inner = a.length(2);
    int columns = out.length(2);
    long outFrom = (long) i * allRows * columns;
    if (rows > 0) {
      Operations.product(
          Views.part(a, (long) i * allRows * inner, rows, inner),
          false,
          Views.part(b, (long) i * inner * columns, b.length(1), b.length(2)),
          transposeB,
          Views.part(out, outFrom, rows, columns),
          beta);
    }
    if (rows < allRows && beta == 0) {
      Views.part(out, outFrom + (long) rows * columns, allRows - rows, columns).assign(0);
    }
  }

  // out[i] = a[i]^T op(b[i]), where only the first rows of a[i] add something.
  private static void productOfUsed(
      Tensor a, Tensor b, boolean transposeB, Tensor out, int i, int rows, double beta) {
    int allRows = a.length(1);
    long bFrom = (long) i * b.length(1) * b.length(2);
    long outFrom = (long) i * out.length(1) * out.length(2);
    if (rows == 0) {
      if (beta == 0) {
        Views.part(out, outFrom, out.length(1), out.length(2)).assign(0);
      }
      return;
    }
    // The first columns of b would not lie together: a transposed b is taken whole.
    int taken = transposeB ? allRows : rows;
    Operations.product(
        Views.part(a, (long) i * allRows * a.length(2), taken, a.length(2)),
        true,
        Views.part(b, bFrom, transposeB ? b.length(1) : taken, b.length(2)),
        transposeB,
        Views.part(out, outFrom, out.length(1), out.length(2)),
        beta);
  }

  private void check(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, Tensor rowsUsed) {
    Shapes shapes =
        Shapes.of("batchedMatmul")
            .types(type, a, b, out)
            .types(ElementType.INT32, rowsUsed)
            .require(
                a.rank() == 3 && b.rank() == 3 && out.rank() == 3, "stacks of matrices", a, b, out);
    int inner = transposeA ? a.length(1) : a.length(2);
    shapes
        .require(
            a.length(0) == out.length(0)
                && b.length(0) == out.length(0)
                && inner == (transposeB ? b.length(2) : b.length(1))
                && out.length(1) == (transposeA ? a.length(2) : a.length(1))
                && out.length(2) == (transposeB ? b.length(1) : b.length(2)),
            "out [E, M, N] = op(a) [E, M, K] op(b) [E, K, N] (a"
                + (transposeA ? " transposed" : "")
                + ", b"
                + (transposeB ? " transposed)" : ")"),
            a,
            b,
            out)
        .vector("rowsUsed", rowsUsed, out.length(0));
  }

  private static INDArray stack(Tensor tensor) {
    return Views.shaped(tensor, tensor.length(0), tensor.length(1), tensor.length(2));
  }
}
