package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Linear;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * The router (Switch Transformers, section 2.1): p(x) = softmax(W_r x) over the experts. Jitter in
 * training multiplies the router's own copy of the tokens; the experts see them as they are.
 */
public final class Router {
  private final Linear classifier;
  private final int site;

  /**
   * Kept for the backward pass.
   *
   * @param input [T, d], with jitter; in float32 where the precision is selective
   * @param logits [T, E]
   * @param probabilities [T, E]
   */
  public record Saved(Tensor input, double jitter, Tensor logits, Tensor probabilities) {}

  /**
   * A router named {@code prefix.classifier}.
   *
   * @param width of a token, d
   * @param site of the jitter
   */
  public Router(ParameterSource source, String prefix, int width, int experts, int site) {
    this.classifier =
        new Linear(
            source.create(
                ParameterSource.Start.ROUTER,
                List.of(prefix + ".classifier.weight"),
                experts,
                width));
    this.site = site;
  }

  /** Probabilities of the experts for x [T, d]. */
  public Saved forward(Pass pass, double jitter, Tensor x) {
    Tensor input = x;
    if (jitter > 0) {
      input = pass.takeForRouter(x.shape());
      pass.backend().jitter(x, jitter, pass.key(site), input);
    } else if (pass.precision() == Precision.SELECTIVE) {
      input = pass.takeExact(x.shape());
      pass.backend().copy(x, input);
    }
    int experts = classifier.weight().value().length(0);
    Tensor logits = pass.takeForRouter(x.rows(), experts);
    Tensor probabilities = pass.takeForRouter(x.rows(), experts);
    classifier.forward(pass, input, logits);
    pass.backend().softmax(logits, probabilities);
    return new Saved(input, jitter, logits, probabilities);
  }

  /** Adds to dX [T, d] and to the weight's gradient. */
  public void backward(Pass pass, Saved saved, Tensor dLogits, Tensor dX) {
    if (saved.jitter() > 0) {
      Arena.Mark mark = pass.mark();
      Tensor dInput = pass.takeForRouter(dX.shape());
      classifier.backward(pass, saved.input(), dLogits, dInput, false);
      pass.backend().jitter(dInput, saved.jitter(), pass.key(site), dInput);
      pass.backend().add(dInput, dX);
      pass.forget(mark);
    } else {
      classifier.backward(pass, saved.input(), dLogits, dX, true);
    }
  }
}
