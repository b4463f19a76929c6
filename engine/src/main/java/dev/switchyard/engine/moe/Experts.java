package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Share;
import dev.switchyard.engine.tensor.Tensor;

/**
 * The experts of one Switch layer: a network each, over the tokens in its slots. All of them are
 * computed together, one product of matrices each. One expert over all tokens is a dense network.
 */
public final class Experts {
  private final ExpertShape shape;
  private final Parameter in;
  private final Parameter gatedIn;
  private final Parameter out;
  private final double dropoutRate;
  private final int site;

  /**
   * Kept for the backward pass; M slots each.
   *
   * @param x [E, M, d]
   * @param slotsUsed [E] or null
   * @param gate [E, M, d_ff] before gelu; null without a gate
   * @param linear [E, M, d_ff] that the gate multiplies; null without a gate
   * @param hidden [E, M, d_ff] after activation and dropout; null in a linear expert
   */
  public record Saved(
      Tensor x, Tensor slotsUsed, Tensor gate, Tensor linear, Tensor hidden, Slots slots) {}

  /**
   * Which slots of the whole batch's these are: it says which random numbers are theirs.
   *
   * @param firstExpert number of the first expert
   * @param share of the batch whose tokens they hold
   */
  public record Slots(int firstExpert, Share share) {}

  /**
   * Experts named {@code prefix.expert_i.wi} and {@code .wo}; {@code .wi_0}, {@code .wi_1} and
   * {@code .wo} if gated; {@code prefix.expert_i} if linear.
   *
   * @param dropoutRate of the hidden layer, and of nothing else: expert dropout (section 2.4)
   * @param site of that dropout
   */
  public Experts(
      ParameterSource source,
      String prefix,
      int experts,
      ExpertShape shape,
      double dropoutRate,
      int site) {
    this.shape = shape;
    this.dropoutRate = dropoutRate;
    this.site = site;
    if (shape.kind() == ExpertShape.Kind.LINEAR) {
      this.in = null;
      this.gatedIn = null;
      this.out = source.experts(prefix, "", experts, shape.out(), shape.in());
      return;
    }
    boolean gated = shape.kind() == ExpertShape.Kind.GEGLU;
    int hidden = shape.hidden();
    this.in = source.experts(prefix, gated ? ".wi_0" : ".wi", experts, hidden, shape.in());
    this.gatedIn = gated ? source.experts(prefix, ".wi_1", experts, hidden, shape.in()) : null;
    this.out = source.experts(prefix, ".wo", experts, shape.out(), hidden);
  }

  /** Whether expert dropout acts in a pass. */
  boolean isDropping(Pass pass) {
    return pass.isDropping(dropoutRate);
  }

  /** What each expert is. */
  public ExpertShape shape() {
    return shape;
  }

  /** Computes slots of the pass' own tokens, those of all experts. */
  public Saved forward(Pass pass, Tensor x, Tensor slotsUsed, Tensor y) {
    return forward(pass, x, slotsUsed, y, new Slots(0, pass.division().share()));
  }

  /**
   * Computes.
   *
   * @param x [E, M, d], zeros in empty slots
   * @param slotsUsed [E] INT32: from here on an expert's slots are empty; or null
   * @param y [E, M, d], as wide as the experts' output
   */
  public Saved forward(Pass pass, Tensor x, Tensor slotsUsed, Tensor y, Slots slots) {
    Backend backend = pass.backend();
    if (shape.kind() == ExpertShape.Kind.LINEAR) {
      backend.batchedMatmul(x, false, out.value(backend, slotsUsed), true, y, false, slotsUsed);
      return new Saved(x, slotsUsed, null, null, null, slots);
    }
    Tensor hidden = pass.take(x.length(0), x.length(1), shape.hidden());
    Tensor gate = null;
    Tensor linear = null;
    if (gatedIn == null) {
      backend.batchedMatmul(x, false, in.value(backend, slotsUsed), true, hidden, false, slotsUsed);
      backend.relu(hidden, hidden);
    } else {
      gate = pass.take(hidden.shape());
      linear = pass.take(hidden.shape());
      backend.batchedMatmul(x, false, in.value(backend, slotsUsed), true, gate, false, slotsUsed);
      backend.batchedMatmul(
          x, false, gatedIn.value(backend, slotsUsed), true, linear, false, slotsUsed);
      backend.geglu(gate, linear, hidden);
    }
    pass.dropoutOfSlots(hidden, dropoutRate, site, slots.firstExpert(), slots.share());
    backend.batchedMatmul(hidden, false, out.value(backend, slotsUsed), true, y, false, slotsUsed);
    return new Saved(x, slotsUsed, gate, linear, hidden, slots);
  }

  /**
   * Adds to the weights' gradients.
   *
   * @param dY [E, M, d], zeros in empty slots
   * @param dX [E, M, d], overwritten
   */
  public void backward(Pass pass, Saved saved, Tensor dY, Tensor dX) {
    Backend backend = pass.backend();
    Tensor used = saved.slotsUsed();
    if (shape.kind() == ExpertShape.Kind.LINEAR) {
      backend.batchedMatmul(dY, false, out.value(backend, used), false, dX, false, used);
      out.addProducts(backend, dY, saved.x(), used);
      return;
    }
    Tensor dHidden = pass.take(saved.hidden().shape());
    backend.batchedMatmul(dY, false, out.value(backend, used), false, dHidden, false, used);
    out.addProducts(backend, dY, saved.hidden(), used);
    Slots slots = saved.slots();
    pass.dropoutOfSlots(dHidden, dropoutRate, site, slots.firstExpert(), slots.share());
    if (gatedIn == null) {
      backend.reluBackward(saved.hidden(), dHidden, dHidden);
      backend.batchedMatmul(dHidden, false, in.value(backend, used), false, dX, false, used);
      in.addProducts(backend, dHidden, saved.x(), used);
    } else {
      Tensor dGate = pass.take(dHidden.shape());
      Tensor dLinear = pass.take(dHidden.shape());
      backend.gegluBackward(saved.gate(), saved.linear(), dHidden, dGate, dLinear);
      backend.batchedMatmul(dGate, false, in.value(backend, used), false, dX, false, used);
      in.addProducts(backend, dGate, saved.x(), used);
      backend.batchedMatmul(dLinear, false, gatedIn.value(backend, used), false, dX, true, used);
      gatedIn.addProducts(backend, dLinear, saved.x(), used);
    }
  }
}
