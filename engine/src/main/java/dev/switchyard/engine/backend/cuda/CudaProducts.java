package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/** Matrix products: cuBLASLt's, of float32 or of bfloat16, summed in float32. */
final class CudaProducts {
  private static final int BEST_ALIGNMENT = 256;

  private final CudaWork work;
  private final boolean tensorFloat32;

  CudaProducts(CudaWork work, boolean tensorFloat32) {
    this.work = work;
    this.tensorFloat32 = tensorFloat32;
  }

  /** See {@link dev.switchyard.engine.backend.Backend#matmul}; factors of one type. */
  void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    Shapes.of("matmul").require(a.rank() == 2 && b.rank() == 2, "matrices a and b", a, b);
    multiply("matmul", 1, a, transposeA, b, transposeB, out, accumulate);
  }

  /** See {@link dev.switchyard.engine.backend.Backend#batchedMatmul}; factors of one type. */
  void batchedMatmul(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate,
      Tensor rowsUsed) {
    Shapes.of("batchedMatmul")
        .require(a.rank() == 3 && b.rank() == 3, "stacks of matrices a and b", a, b)
        .require(a.length(0) == b.length(0), "as many matrices a as b", a, b)
        .vector("rowsUsed", rowsUsed, a.length(0));
    // Rows beyond rowsUsed are zeros: a fixed shape for all experts is what the GPU is fast at.
    multiply("batchedMatmul", a.length(0), a, transposeA, b, transposeB, out, accumulate);
  }

  private void multiply(
      String operation,
      int count,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate) {
    int m = a.length(transposeA ? -1 : -2);
    int k = a.length(transposeA ? -2 : -1);
    int n = b.length(transposeB ? -2 : -1);
    Shapes.of(operation)
        .require(b.length(transposeB ? -1 : -2) == k, "factors that sum over the same", a, b)
        .require(
            out.rank() >= 2
                && out.length(-2) == m
                && out.length(-1) == n
                && out.size() == (long) count * m * n,
            "out of shape [" + count + ", " + m + ", " + n + "]",
            out)
        .types(a.type(), b)
        .require(
            out.type() == a.type() || out.type() == ElementType.FLOAT32, "out of a's type", a, out);
    if (out.size() == 0) {
      return;
    }
    long outAt = work.out(out);
    if (k == 0) {
      if (!accumulate) {
        work.add(new Command.Zero(outAt, out.size() * out.type().bytes()));
      }
      return;
    }
    long aAt = work.in(a);
    long bAt = work.in(b);
    Product product =
        new Product(
            count,
            m,
            n,
            k,
            transposeA,
            transposeB,
            a.type() == ElementType.BFLOAT16,
            out.type() == ElementType.BFLOAT16,
            accumulate,
            tensorFloat32,
            alignment(aAt | bAt | outAt));
    work.add(new Command.Multiply(product, aAt, bAt, outAt));
  }

  private static int alignment(long addresses) {
    return (int) Math.min(BEST_ALIGNMENT, Long.lowestOneBit(addresses | BEST_ALIGNMENT));
  }
}
