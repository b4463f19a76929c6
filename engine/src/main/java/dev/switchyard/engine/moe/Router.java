package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Linear;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * The router (Switch Transformers, section 2.1): p(x) = softmax(W_r x) over the experts. Noise in
 * training is on the router's own copy of the tokens; the experts see them as they are.
 */
public final class Router {
  private final Linear classifier;
  private final PrefixTree tree;
  private final int experts;
  private final Buffer bias;
  private final RouterSites sites;

  /**
   * Kept for the backward pass.
   *
   * @param input [T, d], with noise; in float32 where the precision is selective
   * @param logits [T, E]
   * @param probabilities [T, E], their softmax
   * @param scores [T, E], by which experts are chosen: the probabilities themselves, unless experts
   *     are drawn or have a bias
   */
  public record Saved(
      RouterSites sites,
      Exploration exploration,
      Tensor input,
      Tensor logits,
      Tensor probabilities,
      Tensor scores) {}

  /**
   * A router named {@code prefix.classifier}, with a {@link SelectionBias} named {@code
   * prefix.selection_bias}.
   *
   * @param width of a token, d
   */
  public Router(ParameterSource source, String prefix, int width, int experts, RouterSites sites) {
    this.classifier =
        new Linear(
            source.create(
                ParameterSource.Start.ROUTER,
                List.of(prefix + ".classifier.weight"),
                source.hasTreeRouters() ? PrefixTree.of(experts).bits() : experts,
                width));
    this.tree = source.hasTreeRouters() ? PrefixTree.of(experts) : null;
    this.experts = experts;
    this.bias = source.buffer(prefix + ".selection_bias", experts);
    this.sites = sites;
  }

  /** Probabilities of the experts for x [T, d]. */
  public Saved forward(Pass pass, Exploration exploration, Tensor x) {
    return forward(pass, exploration, null, x);
  }

  /**
   * The same with some experts switched off, or one forced.
   *
   * @param steering null for none
   */
  Saved forward(Pass pass, Exploration exploration, Intervention.Steering steering, Tensor x) {
    Tensor input = x;
    if (exploration.changesInput()) {
      input = pass.takeForRouter(x.shape());
      exploration.apply(pass, sites.input(), x, input);
    } else if (pass.precision() == Precision.SELECTIVE) {
      input = pass.takeExact(x.shape());
      pass.backend().copy(x, input);
    }
    Tensor logits = pass.takeForRouter(x.rows(), experts);
    Tensor probabilities = pass.takeForRouter(x.rows(), experts);
    if (tree == null) {
      classifier.forward(pass, input, logits);
    } else {
      Tensor bits = pass.takeForRouter(x.rows(), tree.bits());
      classifier.forward(pass, input, bits);
      tree.logits(pass, bits, logits);
    }
    if (steering != null) {
      add(pass, logits, steering.logits(), logits);
    }
    pass.backend().softmax(logits, probabilities);
    Tensor scores = probabilities;
    if (exploration.samples()) {
      scores = pass.takeForRouter(x.rows(), experts);
      pass.backend().addGumbel(logits, pass.key(sites.sample(), logits), scores);
    } else if (bias != null && bias.isInUse()) {
      scores = pass.takeForRouter(x.rows(), experts);
      pass.backend().addToRows(probabilities, bias.value(), scores);
    }
    if (steering != null) {
      Tensor steered = pass.takeForRouter(x.rows(), experts);
      add(pass, scores, steering.scores(), steered);
      scores = steered;
    }
    return new Saved(sites, exploration, input, logits, probabilities, scores);
  }

  private void add(Pass pass, Tensor x, float[] row, Tensor out) {
    Tensor each = pass.takeForRouter(experts);
    pass.backend().write(each, row);
    pass.backend().addToRows(x, each, out);
  }

  /** Adds to dX [T, d] and to the weight's gradient. */
  public void backward(Pass pass, Saved saved, Tensor dLogits, Tensor dX) {
    if (tree != null) {
      Tensor dBits = pass.takeForRouter(dLogits.rows(), tree.bits());
      tree.backward(pass, dLogits, dBits);
      classifierBackward(pass, saved, dBits, dX);
    } else {
      classifierBackward(pass, saved, dLogits, dX);
    }
  }

  private void classifierBackward(Pass pass, Saved saved, Tensor dLogits, Tensor dX) {
    if (saved.exploration().changesInput()) {
      Arena.Mark mark = pass.mark();
      Tensor dInput = pass.takeForRouter(dX.shape());
      classifier.backward(pass, saved.input(), dLogits, dInput, false);
      saved.exploration().apply(pass, sites.input(), dInput, dInput);
      pass.backend().add(dInput, dX);
      pass.forget(mark);
    } else {
      classifier.backward(pass, saved.input(), dLogits, dX, true);
    }
  }
}
