package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/**
 * Root-mean-square normalisation, before each sub-layer and at the end of each stack.
 *
 * @param weight [d]
 * @param epsilon added to the mean square
 */
public record RmsNorm(Parameter weight, double epsilon) {
  /**
   * Kept for the backward pass.
   *
   * @param x [T, d]
   * @param inverseRms [T]
   */
  public record Saved(Tensor x, Tensor inverseRms) {}

  /** x [T, d], out [T, d]. */
  public Saved forward(Pass pass, Tensor x, Tensor out) {
    Tensor inverseRms = pass.takeExact(x.rows());
    pass.backend().rmsNorm(x, weight.value(), epsilon, out, inverseRms);
    return new Saved(x, inverseRms);
  }

  /** Adds to dX [T, d] and to the weight's gradient. */
  public void backward(Pass pass, Saved saved, Tensor dOut, Tensor dX) {
    pass.backend()
        .rmsNormBackward(
            dOut, saved.x(), weight.value(), saved.inverseRms(), dX, weight.gradient());
  }
}
