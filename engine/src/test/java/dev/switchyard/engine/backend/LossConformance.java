package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.Tensor;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Cross entropy. */
interface LossConformance {
  Bench bench();

  @Test
  default void crossEntropyAndItsGradient() {
    check(1, 1, 0);
    check(1, 9, 0.01);
    check(6, 33, 0);
    check(40, 1000, 0.01);
  }

  private void check(int tokens, int vocabulary, double zLoss) {
    double[] logits = bench().numbers(tokens * vocabulary, -4, 4);
    int[] labels = bench().integers(tokens, 0, vocabulary);
    if (tokens > 2) {
      labels[1] = -1;
      labels[2] = -100; // any negative label is ignored
    }
    Tensor tx = bench().tensor(logits, tokens, vocabulary);
    Tensor tl = bench().tensor(labels, tokens);
    Tensor loss = bench().spoiled(tokens);
    Tensor logSumExp = bench().spoiled(tokens);
    bench().backend.crossEntropy(tx, tl, loss, logSumExp);
    bench().assertClose("loss", loss, losses(logits, labels, 0), vocabulary);

    double scale = 0.125;
    DoubleSupplier total =
        () -> {
          double sum = 0;
          for (double one : losses(logits, labels, zLoss)) {
            sum += scale * one;
          }
          return sum;
        };
    Tensor dLogits = bench().spoiled(tokens, vocabulary);
    bench().backend.crossEntropyBackward(tx, tl, logSumExp, scale, zLoss, dLogits);
    if (vocabulary > 1) {
      bench().assertGradient("logits", dLogits, null, logits, total, 1);
    }
    double[] elsewhere = bench().values(dLogits);
    bench().backend.crossEntropyBackward(tx, tl, logSumExp, scale, zLoss, tx);
    bench().assertClose("gradient in place of the logits", tx, elsewhere, 1);
  }

  private static double[] losses(double[] logits, int[] labels, double zLoss) {
    double[] losses = new double[labels.length];
    int vocabulary = logits.length / labels.length;
    for (int t = 0; t < labels.length; t++) {
      if (labels[t] >= 0) {
        double logSumExp = Reference.logSumExp(logits, t * vocabulary, vocabulary);
        losses[t] = logSumExp - logits[t * vocabulary + labels[t]] + zLoss * logSumExp * logSumExp;
      }
    }
    return losses;
  }

  @Test
  default void crossEntropyAgainstProbabilitiesAndItsGradient() {
    checkSoft(1, 2);
    checkSoft(6, 33);
    checkSoft(40, 1000);
  }

  private void checkSoft(int tokens, int vocabulary) {
    double[] logits = bench().numbers(tokens * vocabulary, -4, 4);
    double[] targets = Reference.softmax(bench().numbers(tokens * vocabulary, -4, 4), vocabulary);
    int[] labels = bench().integers(tokens, 0, vocabulary);
    if (tokens > 2) {
      labels[1] = -1;
      labels[2] = -100;
    }
    Tensor tx = bench().tensor(logits, tokens, vocabulary);
    Tensor tt = bench().tensor(targets, tokens, vocabulary);
    Tensor tl = bench().tensor(labels, tokens);
    Tensor loss = bench().spoiled(tokens);
    Tensor logSumExp = bench().spoiled(tokens);
    bench().backend.softCrossEntropy(tx, tt, tl, loss, logSumExp);
    bench().assertClose("loss", loss, softLosses(logits, targets, labels), vocabulary);

    double scale = 0.125;
    DoubleSupplier total =
        () -> {
          double sum = 0;
          for (double one : softLosses(logits, targets, labels)) {
            sum += scale * one;
          }
          return sum;
        };
    // As small as the gradient: what is added to must not round it away.
    double[] before = bench().numbers(tokens * vocabulary, -1e-3, 1e-3);
    Tensor dLogits = bench().tensor(before, tokens, vocabulary);
    bench().backend.softCrossEntropyBackward(tx, tt, tl, logSumExp, scale, dLogits);
    bench().assertGradient("logits", dLogits, before, logits, total, 1);
  }

  private static double[] softLosses(double[] logits, double[] targets, int[] labels) {
    double[] losses = new double[labels.length];
    int vocabulary = logits.length / labels.length;
    for (int t = 0; t < labels.length; t++) {
      double logSumExp = Reference.logSumExp(logits, t * vocabulary, vocabulary);
      for (int i = t * vocabulary; labels[t] >= 0 && i < (t + 1) * vocabulary; i++) {
        losses[t] += targets[i] * (logSumExp - logits[i]);
      }
    }
    return losses;
  }

  @Test
  default void crossEntropyDoesNotOverflow() {
    double[] logits = {3e4, 0, -3e4, 0, 0, 0};
    Tensor loss = bench().spoiled(2);
    Tensor logSumExp = bench().spoiled(2);
    Tensor tx = bench().tensor(logits, 2, 3);
    Tensor labels = bench().tensor(new int[] {2, 1}, 2);
    bench().backend.crossEntropy(tx, labels, loss, logSumExp);
    bench().assertClose("loss", loss, new double[] {6e4, Math.log(3)}, 1);
    Tensor dLogits = bench().spoiled(2, 3);
    bench().backend.crossEntropyBackward(tx, labels, logSumExp, 1, 0, dLogits);
    double third = 1.0 / 3;
    bench().assertClose("gradient", dLogits, new double[] {1, 0, -1, third, third - 1, third}, 1);
  }

  @Test
  default void crossEntropyRefusesOtherShapes() {
    Tensor logits = bench().tensor(new double[6], 2, 3);
    Tensor labels = bench().tensor(new int[3], 3);
    Tensor two = bench().tensor(new double[2], 2);
    assertThatThrownBy(() -> bench().backend.crossEntropy(logits, labels, two, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3]");
  }
}
