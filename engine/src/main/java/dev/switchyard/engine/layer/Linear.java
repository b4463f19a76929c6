package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/**
 * A projection without bias: y = x W^T.
 *
 * @param weight W [out, in]
 */
public record Linear(Parameter weight) {
  /** x [T, in], y [T, out]. */
  public void forward(Pass pass, Tensor x, Tensor y) {
    pass.backend().matmul(x, false, weight.value(), true, y, false);
  }

  /**
   * Adds to the weight's gradient, and sets dX or adds to it.
   *
   * @param x what forward had [T, in]
   * @param dY [T, out]
   * @param dX [T, in]
   */
  public void backward(Pass pass, Tensor x, Tensor dY, Tensor dX, boolean accumulate) {
    pass.backend().matmul(dY, false, weight.value(), false, dX, accumulate);
    pass.backend().matmul(dY, true, x, false, weight.gradient(), true);
  }
}
