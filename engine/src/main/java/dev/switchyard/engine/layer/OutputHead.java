package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.HostNumbers;
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
   * @param soft what there is to learn from a teacher; null: nothing
   */
  public record Scored(Tensor labels, long count, Tensor loss, Tensor logSumExp, Soft soft) {}

  /**
   * Cross entropies against a teacher's probabilities.
   *
   * @param logits [T, V], divided by the temperature
   * @param loss [T], nats; 0 where nothing counts
   * @param logSumExp [T] of these logits
   */
  public record Soft(SoftTargets targets, Tensor logits, Tensor loss, Tensor logSumExp) {}

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

  /**
   * Cross entropy of each label.
   *
   * @param targets what there is to learn from a teacher; null: nothing
   */
  public Scored score(Pass pass, Saved saved, Tensor labels, long count, SoftTargets targets) {
    Tensor loss = pass.takeExact(saved.logits().length(0));
    Tensor logSumExp = pass.takeExact(saved.logits().length(0));
    pass.backend().crossEntropy(saved.logits(), labels, loss, logSumExp);
    Soft soft = targets == null ? null : compare(pass, saved.logits(), labels, targets);
    return new Scored(labels, count, loss, logSumExp, soft);
  }

  private static Soft compare(Pass pass, Tensor logits, Tensor labels, SoftTargets targets) {
    Tensor softened = logits;
    if (targets.temperature() != 1) {
      softened = pass.take(logits.shape());
      pass.backend().copy(logits, softened);
      pass.backend().scale(softened, 1 / targets.temperature());
    }
    Tensor loss = pass.takeExact(logits.length(0));
    Tensor logSumExp = pass.takeExact(logits.length(0));
    pass.backend().softCrossEntropy(softened, targets.probabilities(), labels, loss, logSumExp);
    return new Soft(targets, softened, loss, logSumExp);
  }

  /**
   * Mean over the labels of log^2 Z, without its weight; 0 without labels.
   *
   * @param numbers with the labels and logSumExp
   */
  public static double squaredLogZ(HostNumbers numbers, Scored scored) {
    if (scored.count() == 0) {
      return 0;
    }
    double[] logZ = numbers.doubles(scored.logSumExp());
    int[] labels = numbers.ints(scored.labels());
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
    Tensor dLogits = dLogits(pass, saved, scored);
    projection.backward(pass, saved.x(), dLogits, dX, false);
    if (inputScale != 1) {
      pass.backend().scale(dX, inputScale);
    }
  }

  private Tensor dLogits(Pass pass, Saved saved, Scored scored) {
    double scale = scored.count() == 0 ? 0 : 1.0 / scored.count();
    Soft soft = scored.soft();
    // In place of the logits, unless they are needed once more.
    Tensor dLogits = soft == null ? saved.logits() : pass.take(saved.logits().shape());
    double share = soft == null ? 0 : soft.targets().share();
    // The z-loss has its whole weight, however little the truth has.
    double weight = pass.training() && share < 1 ? zLoss / (1 - share) : 0;
    pass.backend()
        .crossEntropyBackward(
            saved.logits(),
            scored.labels(),
            scored.logSumExp(),
            scale * (1 - share),
            weight,
            dLogits);
    if (soft != null) {
      // The loss has the temperature's square as a factor, its logits have its inverse.
      pass.backend()
          .softCrossEntropyBackward(
              soft.logits(),
              soft.targets().probabilities(),
              scored.labels(),
              soft.logSumExp(),
              scale * share * soft.targets().temperature(),
              dLogits);
    }
    return dLogits;
  }
}
