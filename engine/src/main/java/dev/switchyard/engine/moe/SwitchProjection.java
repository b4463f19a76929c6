package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * One of self-attention's projections as a Switch layer (Switch Transformers, appendix A). In a
 * dense twin one expert serves all tokens, without a router.
 */
public final class SwitchProjection {
  private final SwitchLayer layer;
  private final Experts alone;

  /** Kept for the backward pass; one of the two is null. */
  public record Saved(SwitchLayer.Saved layer, Experts.Saved alone) {}

  private SwitchProjection(SwitchLayer layer, Experts alone) {
    this.layer = layer;
    this.alone = alone;
  }

  /** A projection whose experts a router chooses. */
  static SwitchProjection routed(SwitchLayer layer) {
    return new SwitchProjection(layer, null);
  }

  /** A projection of the same form with one expert, named as the first of many. */
  static SwitchProjection dense(
      ParameterSource source, String prefix, ExpertShape shape, double dropoutRate, int site) {
    return new SwitchProjection(
        null, new Experts(source, prefix + ".experts", 1, shape, dropoutRate, site));
  }

  /**
   * Projects.
   *
   * @param routing null in a dense twin, as is tally
   * @param x [T, d]
   * @param y [T, out]
   */
  Saved forward(Pass pass, Routing routing, RoutingTally tally, Tensor x, Tensor y) {
    return layer == null
        ? new Saved(null, alone.forward(pass, one(x), null, one(y)))
        : new Saved(layer.forward(pass, routing, tally, x, y), null);
  }

  /** Adds to the weights' gradients; dX [T, d] is overwritten. */
  void backward(Pass pass, Saved saved, Tensor dY, Tensor dX) {
    if (layer == null) {
      alone.backward(pass, saved.alone(), one(dY), one(dX));
    } else {
      layer.backward(pass, saved.layer(), dY, dX);
    }
  }

  /** All tokens as the slots of one expert. */
  private static Tensor one(Tensor x) {
    return x.as(1, x.rows(), x.length(-1));
  }
}
