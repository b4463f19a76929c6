package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/**
 * The router's decisions and their gradient, in Java: [tokens, experts] numbers are few, and
 * first-come positions are a loop by nature.
 */
final class Nd4jRouting {
  private final ElementType type;

  Nd4jRouting(ElementType type) {
    this.type = type;
  }

  void routeTopOne(
      RoutingPlan plan,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor gate,
      Tensor position,
      Tensor slot,
      Tensor slotToken,
      Tensor asked) {
    Shapes.of("routeTopOne")
        .types(type, probabilities, gate)
        .types(ElementType.INT32, tokenMask, expert, position, slot, slotToken, asked)
        .matrix("probabilities", probabilities, plan.tokens(), plan.experts())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("expert", expert, plan.tokens())
        .vector("gate", gate, plan.tokens())
        .vector("position", position, plan.tokens())
        .vector("slot", slot, plan.tokens())
        .vector("slotToken", slotToken, plan.slots())
        .vector("asked", asked, (long) plan.groups() * plan.experts());
    HostWindow p = HostWindow.of(probabilities);
    HostWindow experts = HostWindow.of(expert);
    HostWindow gates = HostWindow.of(gate);
    HostWindow positions = HostWindow.of(position);
    HostWindow slots = HostWindow.of(slot);
    HostWindow slotTokens = HostWindow.of(slotToken);
    HostWindow counts = HostWindow.of(asked);
    slotTokens.segment().fill((byte) -1); // every INT32 becomes -1
    counts.segment().fill((byte) 0);

    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    for (int t = 0; t < plan.tokens(); t++) {
      if (mask != null && mask.integer(t) == 0) {
        experts.integer(t, -1);
        gates.real(t, 0);
        positions.integer(t, -1);
        slots.integer(t, -1);
        continue;
      }
      int group = t / plan.groupSize();
      int chosen = mostProbable(p, (long) t * plan.experts(), plan.experts());
      long queue = (long) group * plan.experts() + chosen;
      int place = counts.integer(queue);
      counts.integer(queue, place + 1);
      int taken = -1;
      if (place < plan.capacity()) {
        taken = (chosen * plan.groups() + group) * plan.capacity() + place;
        slotTokens.integer(taken, t);
      }
      experts.integer(t, chosen);
      gates.real(t, p.real((long) t * plan.experts() + chosen));
      positions.integer(t, place);
      slots.integer(t, taken);
    }
    for (HostWindow window :
        new HostWindow[] {experts, gates, positions, slots, slotTokens, counts}) {
      window.publish();
    }
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

  void backward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dGate,
      Tensor asked,
      Tensor tokenMask,
      Tensor balancing,
      double zLoss,
      Tensor dLogits) {
    int experts = plan.experts();
    Shapes.of("routerBackward")
        .types(type, logits, probabilities, dGate, balancing, dLogits)
        .types(ElementType.INT32, expert, asked, tokenMask)
        .matrix("logits", logits, plan.tokens(), experts)
        .matrix("probabilities", probabilities, plan.tokens(), experts)
        .matrix("dLogits", dLogits, plan.tokens(), experts)
        .vector("expert", expert, plan.tokens())
        .vector("dGate", dGate, plan.tokens())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("balancing", balancing, plan.groups())
        .vector("asked", asked, (long) plan.groups() * experts);
    HostWindow l = HostWindow.of(logits);
    HostWindow p = HostWindow.of(probabilities);
    HostWindow chosen = HostWindow.of(expert);
    HostWindow gateGradient = HostWindow.of(dGate);
    HostWindow counts = HostWindow.of(asked);
    HostWindow factors = HostWindow.of(balancing);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow to = HostWindow.of(dLogits);
    double[] dP = new double[experts];
    for (int t = 0; t < plan.tokens(); t++) {
      long row = (long) t * experts;
      boolean masked = mask != null && mask.integer(t) == 0;
      int group = t / plan.groupSize();
      double mean = 0;
      for (int e = 0; e < experts && !masked; e++) {
        dP[e] = factors.real(group) * counts.integer((long) group * experts + e);
        dP[e] += e == chosen.integer(t) ? gateGradient.real(t) : 0;
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
