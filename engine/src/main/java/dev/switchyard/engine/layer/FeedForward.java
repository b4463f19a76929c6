package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;

/**
 * The dense feed-forward network: wo(relu(wi x)), or gated: wo(gelu(wi_0 x) * wi_1 x). Without
 * biases; dropout on the hidden layer.
 */
public final class FeedForward {
  private static final String SUMMED = "feed-forward tokens";

  private final Linear in;
  private final Linear gatedIn;
  private final Linear out;
  private final int hiddenWidth;
  private final double dropoutRate;
  private final int site;

  /**
   * Kept for the backward pass.
   *
   * @param x [T, d]
   * @param gate [T, d_ff] before gelu; null without a gate
   * @param linear [T, d_ff] that the gate multiplies; null without a gate
   * @param hidden [T, d_ff] after activation and dropout
   */
  public record Saved(Tensor x, Tensor gate, Tensor linear, Tensor hidden) {}

  /**
   * A network named as in T5: {@code prefix.wi} and {@code .wo}, or {@code .wi_0}, {@code .wi_1}
   * and {@code .wo} if gated.
   *
   * @param width of a token, d
   * @param hiddenWidth d_ff
   * @param site of the dropout
   */
  public FeedForward(
      ParameterSource source,
      String prefix,
      int width,
      int hiddenWidth,
      boolean gated,
      double dropoutRate,
      int site) {
    this.in = source.linear(prefix + (gated ? ".wi_0" : ".wi"), hiddenWidth, width);
    this.gatedIn = gated ? source.linear(prefix + ".wi_1", hiddenWidth, width) : null;
    this.out = source.linear(prefix + ".wo", width, hiddenWidth);
    this.hiddenWidth = hiddenWidth;
    this.dropoutRate = dropoutRate;
    this.site = site;
  }

  /** x [T, d], y [T, d]. */
  public Saved forward(Pass pass, Tensor x, Tensor y) {
    Arena.Mark mark = pass.mark();
    Tensor hidden = pass.take(x.rows(), hiddenWidth);
    Tensor gate = null;
    Tensor linear = null;
    if (gatedIn == null) {
      in.forward(pass, x, hidden);
      pass.backend().relu(hidden, hidden);
    } else {
      gate = pass.take(x.rows(), hiddenWidth);
      linear = pass.take(x.rows(), hiddenWidth);
      in.forward(pass, x, gate);
      gatedIn.forward(pass, x, linear);
      pass.backend().geglu(gate, linear, hidden);
    }
    pass.dropoutOfColumns(hidden, dropoutRate, site);
    out.forward(pass, hidden, y);
    pass.sumOverModel(SUMMED, y);
    pass.forgetUnlessTraining(mark);
    return new Saved(x, gate, linear, hidden);
  }

  /** Adds to the weights' gradients; dY [T, d], dX [T, d] overwritten. */
  public void backward(Pass pass, Saved saved, Tensor dY, Tensor dX) {
    Arena.Mark mark = pass.mark();
    Tensor dHidden = pass.take(saved.hidden().shape());
    out.backward(pass, saved.hidden(), dY, dHidden, false);
    pass.dropoutOfColumns(dHidden, dropoutRate, site);
    if (gatedIn == null) {
      // What dropout set to 0 has no gradient either, so the dropped-out hidden layer serves.
      pass.backend().reluBackward(saved.hidden(), dHidden, dHidden);
      in.backward(pass, saved.x(), dHidden, dX, false);
    } else {
      Tensor dGate = pass.take(dHidden.shape());
      Tensor dLinear = pass.take(dHidden.shape());
      pass.backend().gegluBackward(saved.gate(), saved.linear(), dHidden, dGate, dLinear);
      in.backward(pass, saved.x(), dGate, dX, false);
      gatedIn.backward(pass, saved.x(), dLinear, dX, true);
    }
    pass.sumOverModel(SUMMED, dX);
    pass.forget(mark);
  }
}
