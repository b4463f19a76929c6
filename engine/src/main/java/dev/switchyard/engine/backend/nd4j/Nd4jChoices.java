package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;

/** Which experts a token asks for, in Java: [tokens, experts] numbers are few. */
final class Nd4jChoices {
  private final ElementType type;

  Nd4jChoices(ElementType type) {
    this.type = type;
  }

  void addGumbel(Tensor logits, RandomKey key, Tensor out) {
    Shapes.of("addGumbel").types(type, logits, out).sameSize(logits, out);
    HostWindow from = HostWindow.of(logits);
    HostWindow to = HostWindow.of(out);
    for (long i = 0; i < logits.size(); i++) {
      // Numbers are k / 2^24; half a step more keeps the logarithm finite.
      double u = key.uniform(i) + 0x1.0p-25;
      to.real(i, from.real(i) - Math.log(-Math.log(u)));
    }
    to.publish();
  }

  void addToRows(Tensor x, Tensor row, Tensor out) {
    Shapes.of("addToRows")
        .types(type, x, row, out)
        .matrix("x", x, x.rows(), row.size())
        .sameSize(x, out);
    Operations.broadcast("add", Views.matrix(x), Views.row(row), Views.matrix(out));
  }

  void chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    int experts = plan.experts();
    Shapes.of("chooseExperts")
        .types(type, scores, probabilities, probability)
        .types(ElementType.INT32, tokenMask, expert)
        .matrix("scores", scores, plan.tokens(), experts)
        .matrix("probabilities", probabilities, plan.tokens(), experts)
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("expert", expert, plan.allChoices())
        .vector("probability", probability, plan.allChoices());
    HostWindow s = HostWindow.of(scores);
    HostWindow p = HostWindow.of(probabilities);
    HostWindow mask = tokenMask == null ? null : HostWindow.of(tokenMask);
    HostWindow chosen = HostWindow.of(expert);
    HostWindow shares = HostWindow.of(probability);
    for (int t = 0; t < plan.tokens(); t++) {
      boolean routed = mask == null || mask.integer(t) != 0;
      boolean[] passed = new boolean[experts];
      for (int j = 0; j < plan.choices(); j++) {
        long choice = (long) t * plan.choices() + j;
        int e = routed ? highest(s, (long) t * experts, passed) : -1;
        chosen.integer(choice, e);
        shares.real(choice, routed ? p.real((long) t * experts + e) : 0);
        if (routed) {
          passed[e] = true;
        }
      }
    }
    chosen.publish();
    shares.publish();
  }

  /** The highest of those not passed, the lowest index of equals. */
  private static int highest(HostWindow scores, long row, boolean[] passed) {
    int best = -1;
    for (int e = 0; e < passed.length; e++) {
      if (!passed[e] && (best < 0 || scores.real(row + e) > scores.real(row + best))) {
        best = e;
      }
    }
    return best;
  }

  void normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    checkGates("normaliseGates", plan, probability, gate);
    HostWindow from = HostWindow.of(probability);
    HostWindow to = HostWindow.of(gate);
    for (int t = 0; t < plan.tokens(); t++) {
      double sum = sum(plan, from, t);
      for (long c = (long) t * plan.choices(); c < (t + 1L) * plan.choices(); c++) {
        to.real(c, from.real(c) / sum);
      }
    }
    to.publish();
  }

  void normaliseGatesBackward(RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    checkGates("normaliseGatesBackward", plan, probability, gate, dGate);
    HostWindow from = HostWindow.of(probability);
    HostWindow gates = HostWindow.of(gate);
    HostWindow slopes = HostWindow.of(dGate);
    for (int t = 0; t < plan.tokens(); t++) {
      double sum = sum(plan, from, t);
      double mean = 0;
      for (long c = (long) t * plan.choices(); c < (t + 1L) * plan.choices(); c++) {
        mean += gates.real(c) * slopes.real(c);
      }
      for (long c = (long) t * plan.choices(); c < (t + 1L) * plan.choices(); c++) {
        slopes.real(c, (slopes.real(c) - mean) / sum);
      }
    }
    slopes.publish();
  }

  private void checkGates(String operation, RoutingPlan plan, Tensor... gates) {
    Shapes shapes = Shapes.of(operation).types(type, gates);
    for (Tensor each : gates) {
      shapes.vector("gates", each, plan.allChoices());
    }
  }

  private static double sum(RoutingPlan plan, HostWindow probability, int token) {
    double sum = 1e-9;
    for (int j = 0; j < plan.choices(); j++) {
      sum += probability.real((long) token * plan.choices() + j);
    }
    return sum;
  }

  void askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    Shapes.of("askSecondByChance")
        .types(type, gate)
        .types(ElementType.INT32, asks)
        .vector("gate", gate, 2L * plan.tokens())
        .vector("asks", asks, 2L * plan.tokens());
    HostWindow gates = HostWindow.of(gate);
    HostWindow to = HostWindow.of(asks);
    for (int t = 0; t < plan.tokens(); t++) {
      to.integer(2L * t, 1);
      to.integer(2L * t + 1, key.uniform(t) < gates.real(2L * t + 1) / threshold ? 1 : 0);
    }
    to.publish();
  }

  void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    Shapes.of("countChoices")
        .types(ElementType.INT32, expert, count)
        .vector("expert", expert, plan.allChoices())
        .vector("count", count, plan.queues());
    HostWindow chosen = HostWindow.of(expert);
    HostWindow counts = HostWindow.of(count);
    counts.segment().fill((byte) 0);
    for (int t = 0; t < plan.tokens(); t++) {
      for (int j = 0; j < first; j++) {
        int e = chosen.integer((long) t * plan.choices() + j);
        if (e >= 0) {
          long at = (long) (t / plan.groupSize()) * plan.experts() + e;
          counts.integer(at, counts.integer(at) + 1);
        }
      }
    }
    counts.publish();
  }
}
