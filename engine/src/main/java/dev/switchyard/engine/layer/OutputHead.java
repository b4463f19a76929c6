package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Tensor;

/**
 * From the decoder's tokens to logits over the vocabulary, and their cross entropy. Tied, the
 * embedding serves as the projection and its input is scaled by d_model^-0.5.
 *
 * @param projection [V, d]
 * @param inputScale factor on the projection's input
 * @param zLoss weight of the output z-loss in training: the mean over labels of log^2 Z, Z the sum
 *     of the logits' exponentials
 */
public record OutputHead(Linear projection, double inputScale, double zLoss) {
  /**
   * Kept for the backward pass.
   *
   * @param x [T, d], scaled
   * @param logits [T, V]; the backward pass overwrites them
   */
  public record Saved(Tensor x, Tensor logits) {}

  /**
   * Cross entropies.
   *
   * @param labels [T] INT32, negative where nothing counts
   * @param count labels that count
   * @param loss [T], nats; 0 where nothing counts
   * @param logSumExp [T]
   */
  public record Scored(Tensor labels, long count, Tensor loss, Tensor logSumExp) {}

  /** Logits of x [T, d]. */
  public Saved forward(Pass pass, Tensor x) {
    Tensor scaled = x;
    if (inputScale != 1) {
      scaled = pass.take(x.shape());
      pass.backend().copy(x, scaled);
      pass.backend().scale(scaled, inputScale);
    }
    Tensor logits = pass.take(x.rows(), projection.weight().value().length(0));
    projection.forward(pass, scaled, logits);
    return new Saved(scaled, logits);
  }

  /** Cross entropy of each label. */
  public Scored score(Pass pass, Saved saved, Tensor labels, long count) {
    Tensor loss = pass.takeExact(saved.logits().length(0));
    Tensor logSumExp = pass.takeExact(saved.logits().length(0));
    pass.backend().crossEntropy(saved.logits(), labels, loss, logSumExp);
    return new Scored(labels, count, loss, logSumExp);
  }

  /** Mean over the labels of log^2 Z, without its weight; 0 without labels. Waits for the pass. */
  public static double squaredLogZ(Backend backend, Scored scored) {
    if (scored.count() == 0) {
      return 0;
    }
    double[] logZ = backend.doubles(scored.logSumExp());
    int[] labels = backend.ints(scored.labels());
    double sum = 0;
    for (int t = 0; t < labels.length; t++) {
      sum += labels[t] < 0 ? 0 : logZ[t] * logZ[t];
    }
    return sum / scored.count();
  }

  /**
   * Gradient of the mean cross entropy a label, in training with the z-loss: adds to the
   * projection's, overwrites dX [T, d].
   */
  public void backward(Pass pass, Saved saved, Scored scored, Tensor dX) {
    Tensor dLogits = saved.logits();
    double scale = scored.count() == 0 ? 0 : 1.0 / scored.count();
    pass.backend()
        .crossEntropyBackward(
            saved.logits(),
            scored.labels(),
            scored.logSumExp(),
            scale,
            pass.training() ? zLoss : 0,
            dLogits);
    projection.backward(pass, saved.x(), dLogits, dX, false);
    if (inputScale != 1) {
      pass.backend().scale(dX, inputScale);
    }
  }
}
