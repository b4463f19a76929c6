package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.FeedForward;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.RandomUse;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;

/**
 * An expert beside a Switch layer that every token passes, the dropped ones too; its output is
 * added to that of the token's own expert, without a gate.
 */
public final class SharedExpert {
  private final FeedForward network;

  /**
   * A network named {@code prefix.wi} and {@code .wo}, or {@code .wi_0}, {@code .wi_1} and {@code
   * .wo} if gated.
   *
   * @param width of a token, d
   * @param hiddenWidth of its own, whatever d_ff is
   * @param dropoutRate of its hidden layer
   */
  public SharedExpert(
      ParameterSource source,
      String prefix,
      int width,
      int hiddenWidth,
      boolean gated,
      double dropoutRate,
      SwitchPlace place) {
    this.network =
        new FeedForward(
            source,
            prefix,
            width,
            hiddenWidth,
            gated,
            dropoutRate,
            place.site(RandomUse.SHARED_EXPERT_HIDDEN));
  }

  /** Adds its output for x [T, d] to y [T, d]. */
  public FeedForward.Saved forward(Pass pass, Tensor x, Tensor y) {
    Tensor own = pass.take(y.shape());
    FeedForward.Saved saved = network.forward(pass, x, own);
    pass.backend().add(own, y);
    return saved;
  }

  /** Adds to the weights' gradients and to dX [T, d]. */
  public void backward(Pass pass, FeedForward.Saved saved, Tensor dY, Tensor dX) {
    Arena.Mark mark = pass.mark();
    Tensor dOwn = pass.take(dX.shape());
    network.backward(pass, saved, dY, dOwn);
    pass.backend().add(dOwn, dX);
    pass.forget(mark);
  }
}
