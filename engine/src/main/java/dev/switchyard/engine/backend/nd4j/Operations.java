package dev.switchyard.engine.backend.nd4j;

import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.api.ops.impl.reduce.same.Sum;
import org.nd4j.linalg.api.ops.impl.reduce3.Dot;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's operations as the kernels here use them: always into an array that is there already. */
final class Operations {
  private Operations() {}

  /**
   * z = x op y, axes of length 1 repeated. ND4J's own row and column vector operations walk columns
   * and are 30 times slower on wide matrices.
   */
  static void broadcast(String operation, INDArray x, INDArray y, INDArray z) {
    Nd4j.exec(DynamicCustomOp.builder(operation).addInputs(x, y).addOutputs(z).build());
  }

  /** z = x with each row (or block along the first axes) scaled. */
  static void multiply(INDArray x, INDArray y, INDArray z) {
    broadcast("multiply", x, y, z);
  }

  /** z = op(x) op(y) + beta z; matrices, or stacks of matrices. */
  static void product(
      INDArray x, boolean transposeX, INDArray y, boolean transposeY, INDArray z, double beta) {
    MMulTranspose transpose =
        MMulTranspose.builder()
            .transposeA(transposeX)
            .transposeB(transposeY)
            .transposeResult(false)
            .build();
    Nd4j.exec(new Mmul(x, y, z, 1.0, beta, transpose));
  }

  /** y += factor x. */
  static void addScaled(double factor, INDArray x, INDArray y) {
    Nd4j.getBlasWrapper().level1().axpy(x.length(), factor, x, y);
  }

  /** z[i] = x[i] . y[i] of each row. */
  static void rowDots(INDArray x, INDArray y, INDArray z) {
    Nd4j.exec(new Dot(x, y, z, 1));
  }

  /** z = sums over one axis of x. */
  static void sums(INDArray x, INDArray z, int axis) {
    Nd4j.exec(new Sum(x, z, axis));
  }
}
