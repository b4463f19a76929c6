package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/** The router's figures and its gradient, in Java: [tokens, experts] numbers are few. */
final class Nd4jRouting {
  private final ElementType type;

  Nd4jRouting(ElementType type) {
    this.type = type;
  }

  private static int mostProbable(HostWindow p, long from, int experts) {
    int best = 0;
    for (int e = 1; e < experts; e++) {
      if (p.real(from + e) > p.real(from + best)) {
        best = e;
      }
    }
    return best;
  }

  void sumProbabilities(RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    int experts = plan.experts();
    Shapes.of("sumProbabilities")
        .types(type, probabilities, out)
        .types(ElementType.INT32, tokenMask)
        .matrix("probabilities", probabilities, plan.tokens(), experts)
        .vector("tokenMask", tokenMask, plan.tokens())
        .matrix("out", out, plan.groups(), experts);
    HostWindow p = HostWindow.of(probabilities);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow to = HostWindow.of(out);
    for (int g = 0; g < plan.groups(); g++) {
      double[] sums = new double[experts];
      for (int t = g * plan.groupSize(); t < (g + 1) * plan.groupSize(); t++) {
        for (int e = 0; e < experts && (mask == null || mask.integer(t) != 0); e++) {
          sums[e] += p.real((long) t * experts + e);
        }
      }
      for (int e = 0; e < experts; e++) {
        to.real((long) g * experts + e, sums[e]);
      }
    }
    to.publish();
  }

  void figures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    int experts = logits.length(-1);
    Shapes.of("routerFigures")
        .types(type, logits, probabilities, out)
        .types(ElementType.INT32, tokenMask)
        .matrix("probabilities", probabilities, logits.rows(), experts)
        .vector("tokenMask", tokenMask, logits.rows())
        .vector("out", out, 3);
    HostWindow l = HostWindow.of(logits);
    HostWindow p = HostWindow.of(probabilities);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    double entropy = 0;
    double squaredLogSumExp = 0;
    double confidence = 0;
    for (int t = 0; t < logits.rows(); t++) {
      if (mask != null && mask.integer(t) == 0) {
        continue;
      }
      long row = (long) t * experts;
      for (int e = 0; e < experts; e++) {
        double share = p.real(row + e);
        entropy -= share > 0 ? share * Math.log(share) : 0;
      }
      int best = mostProbable(p, row, experts);
      double logSumExp = logSumExp(l, p, row, best);
      squaredLogSumExp += logSumExp * logSumExp;
      confidence += p.real(row + best);
    }
    HostWindow to = HostWindow.of(out);
    to.real(0, entropy);
    to.real(1, squaredLogSumExp);
    to.real(2, confidence);
    to.publish();
  }

  // From the largest probability, which is at least 1/E: log p = logit - logSumExp.
  private static double logSumExp(HostWindow logits, HostWindow p, long row, int best) {
    return logits.real(row + best) - Math.log(p.real(row + best));
  }

  void routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits) {
    int experts = plan.experts();
    Shapes.of("routerBackward")
        .types(type, logits, probabilities, dProbability, slope, dLogits)
        .types(ElementType.INT32, expert, tokenMask)
        .matrix("logits", logits, plan.tokens(), experts)
        .matrix("probabilities", probabilities, plan.tokens(), experts)
        .matrix("dLogits", dLogits, plan.tokens(), experts)
        .vector("expert", expert, plan.allChoices())
        .vector("dProbability", dProbability, plan.allChoices())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("slope", slope, plan.queues());
    HostWindow l = HostWindow.of(logits);
    HostWindow p = HostWindow.of(probabilities);
    HostWindow chosen = HostWindow.of(expert);
    HostWindow ofChoice = HostWindow.of(dProbability);
    HostWindow ofGroup = HostWindow.of(slope);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow to = HostWindow.of(dLogits);
    double[] dP = new double[experts];
    for (int t = 0; t < plan.tokens(); t++) {
      long row = (long) t * experts;
      boolean masked = mask != null && mask.integer(t) == 0;
      for (int e = 0; e < experts; e++) {
        dP[e] = ofGroup.real((long) (t / plan.groupSize()) * experts + e);
      }
      for (long choice = (long) t * plan.choices();
          choice < (t + 1L) * plan.choices() && chosen.integer(choice) >= 0;
          choice++) {
        dP[chosen.integer(choice)] += ofChoice.real(choice);
      }
      double mean = 0;
      for (int e = 0; e < experts; e++) {
        mean += p.real(row + e) * dP[e];
      }
      double z = 0;
      if (zLoss != 0 && !masked) {
        z = zLoss * logSumExp(l, p, row, mostProbable(p, row, experts));
      }
      for (int e = 0; e < experts; e++) {
        to.real(row + e, masked ? 0 : p.real(row + e) * (dP[e] - mean + z));
      }
    }
    to.publish();
  }
}
