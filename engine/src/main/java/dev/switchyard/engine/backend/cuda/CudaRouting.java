package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * The router: which experts are asked, and its figures, losses and gradient. Methods as in {@link
 * CudaElements}.
 */
final class CudaRouting {
  private static final int TOKENS_A_PARTIAL = 128;
  private static final int MOST_GROUP_PARTIALS = 128;
  private static final int MOST_PARTIALS = 256;
  private static final int FIGURES = 3;
  private static final int WARP = 32;

  private final CudaWork work;

  CudaRouting(CudaWork work) {
    this.work = work;
  }

  boolean chooseExperts(
      RoutingPlan plan,
      Tensor scores,
      Tensor probabilities,
      Tensor tokenMask,
      Tensor expert,
      Tensor probability) {
    Shapes.of("chooseExperts")
        .matrix("scores", scores, plan.tokens(), plan.experts())
        .matrix("probabilities", probabilities, plan.tokens(), plan.experts())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("expert", expert, plan.allChoices())
        .vector("probability", probability, plan.allChoices())
        .types(ElementType.INT32, tokenMask, expert);
    boolean served = CudaWork.areOneReal(scores, probabilities, probability);
    if (served && plan.tokens() > 0) {
      work.launch(
          "choose_experts_" + CudaWork.suffix(scores),
          Grid.rows(plan.tokens()),
          work.in(scores),
          work.in(probabilities),
          work.inOrNone(tokenMask),
          work.out(expert),
          work.out(probability),
          plan.tokens(),
          plan.experts(),
          plan.choices());
    }
    return served;
  }

  boolean normaliseGates(RoutingPlan plan, Tensor probability, Tensor gate) {
    Shapes.of("normaliseGates")
        .vector("probability", probability, plan.allChoices())
        .vector("gate", gate, plan.allChoices());
    boolean served = CudaWork.areOneReal(probability, gate);
    if (served && plan.tokens() > 0) {
      work.launch(
          "normalise_gates_" + CudaWork.suffix(gate),
          Grid.items(plan.tokens()),
          work.in(probability),
          work.out(gate),
          plan.tokens(),
          plan.choices());
    }
    return served;
  }

  boolean normaliseGatesBackward(RoutingPlan plan, Tensor probability, Tensor gate, Tensor dGate) {
    Shapes.of("normaliseGatesBackward")
        .vector("probability", probability, plan.allChoices())
        .vector("gate", gate, plan.allChoices())
        .vector("dGate", dGate, plan.allChoices());
    boolean served = CudaWork.areOneReal(probability, gate, dGate);
    if (served && plan.tokens() > 0) {
      work.launch(
          "normalise_gates_backward_" + CudaWork.suffix(gate),
          Grid.items(plan.tokens()),
          work.in(probability),
          work.in(gate),
          work.out(dGate),
          plan.tokens(),
          plan.choices());
    }
    return served;
  }

  boolean askSecondByChance(
      RoutingPlan plan, Tensor gate, double threshold, RandomKey key, Tensor asks) {
    Shapes.of("askSecondByChance")
        .vector("gate", gate, 2L * plan.tokens())
        .vector("asks", asks, 2L * plan.tokens())
        .types(ElementType.INT32, asks);
    boolean served = CudaWork.areOneReal(gate);
    if (served && plan.tokens() > 0) {
      work.launchRandom(
          "ask_second_" + CudaWork.suffix(gate),
          Grid.items(plan.tokens()),
          key,
          List.of(work.in(gate), work.out(asks), plan.tokens(), threshold));
    }
    return served;
  }

  void countChoices(RoutingPlan plan, Tensor expert, int first, Tensor count) {
    Shapes.of("countChoices")
        .vector("expert", expert, plan.allChoices())
        .vector("count", count, plan.queues())
        .types(ElementType.INT32, expert, count);
    if (plan.queues() > 0) {
      work.launch(
          "count_choices",
          Grid.of(plan.groups()).withShared(4 * plan.experts()),
          work.in(expert),
          work.out(count),
          plan.groups(),
          plan.groupSize(),
          plan.experts(),
          plan.choices(),
          first);
    }
  }

  private static int partials(RoutingPlan plan) {
    return Math.clamp(Math.ceilDiv(plan.groupSize(), TOKENS_A_PARTIAL), 1, MOST_GROUP_PARTIALS);
  }

  boolean sumProbabilities(RoutingPlan plan, Tensor probabilities, Tensor tokenMask, Tensor out) {
    Shapes.of("sumProbabilities")
        .matrix("probabilities", probabilities, plan.tokens(), plan.experts())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("out", out, plan.queues())
        .types(ElementType.INT32, tokenMask);
    boolean served = CudaWork.areOneReal(probabilities) && CudaWork.are(ElementType.FLOAT32, out);
    if (served && plan.queues() > 0) {
      int partials = partials(plan);
      work.launch(
          "sum_probabilities_" + CudaWork.suffix(probabilities),
          Grid.of(partials, plan.groups()),
          work.in(probabilities),
          work.inOrNone(tokenMask),
          work.out(out),
          // As many as where the figures are taken along: see LaunchFusion.
          work.scratch(8L * partials * plan.groups() * (plan.experts() + FIGURES)),
          work.ticket(),
          plan.groups(),
          plan.groupSize(),
          plan.experts());
    }
    return served;
  }

  boolean routerFigures(Tensor logits, Tensor probabilities, Tensor tokenMask, Tensor out) {
    int tokens = logits.rows();
    int experts = logits.length(-1);
    Shapes.of("routerFigures")
        .matrix("probabilities", probabilities, tokens, experts)
        .vector("tokenMask", tokenMask, tokens)
        .vector("out", out, FIGURES)
        .types(ElementType.INT32, tokenMask);
    boolean served =
        CudaWork.areOneReal(logits, probabilities) && CudaWork.are(ElementType.FLOAT32, out);
    if (served && logits.size() > 0) {
      int partials = Math.clamp(Math.ceilDiv(tokens, TOKENS_A_PARTIAL), 1, MOST_PARTIALS);
      work.launch(
          "router_figures_" + CudaWork.suffix(logits),
          Grid.of(partials),
          work.in(logits),
          work.in(probabilities),
          work.inOrNone(tokenMask),
          work.out(out),
          work.scratch(8L * FIGURES * partials),
          work.ticket(),
          tokens,
          experts);
    }
    return served;
  }

  boolean expectedLoad(
      RoutingPlan plan, Tensor logits, int top, double noise, Tensor tokenMask, Tensor out) {
    Shapes.of("expectedLoad")
        .matrix("logits", logits, plan.tokens(), plan.experts())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("out", out, plan.queues())
        .types(ElementType.INT32, tokenMask);
    boolean served = CudaWork.areOneReal(logits) && CudaWork.are(ElementType.FLOAT32, out);
    if (served && plan.queues() > 0) {
      int partials = partials(plan);
      work.launch(
          "expected_load_" + CudaWork.suffix(logits),
          Grid.of(partials, plan.groups()),
          work.in(logits),
          work.inOrNone(tokenMask),
          work.out(out),
          work.scratch(8L * partials * plan.queues()),
          work.ticket(),
          plan.groups(),
          plan.groupSize(),
          plan.experts(),
          top,
          noise);
    }
    return served;
  }

  boolean expectedLoadBackward(
      RoutingPlan plan,
      Tensor logits,
      int top,
      double noise,
      Tensor tokenMask,
      Tensor dLoad,
      Tensor dLogits) {
    Shapes.of("expectedLoadBackward")
        .matrix("logits", logits, plan.tokens(), plan.experts())
        .matrix("dLogits", dLogits, plan.tokens(), plan.experts())
        .vector("tokenMask", tokenMask, plan.tokens())
        .vector("dLoad", dLoad, plan.queues())
        .types(ElementType.INT32, tokenMask);
    boolean served =
        CudaWork.areOneReal(logits, dLogits) && CudaWork.are(ElementType.FLOAT32, dLoad);
    // Where each token has all experts the load is the number of tokens, whatever the logits.
    if (served && plan.tokens() > 0 && top < plan.experts()) {
      work.launch(
          "expected_load_backward_" + CudaWork.suffix(logits),
          Grid.rows(plan.tokens()),
          work.in(logits),
          work.inOrNone(tokenMask),
          work.in(dLoad),
          work.out(dLogits),
          plan.groups(),
          plan.groupSize(),
          plan.experts(),
          top,
          noise);
    }
    return served;
  }

  boolean balanceGradient(RoutingPlan plan, Tensor factor, Tensor count, Tensor out) {
    Shapes.of("balanceGradient")
        .vector("factor", factor, plan.groups())
        .vector("count", count, plan.queues())
        .vector("out", out, plan.queues())
        .types(ElementType.INT32, count);
    boolean served = CudaWork.are(ElementType.FLOAT32, factor, out);
    if (served && plan.queues() > 0) {
      work.launch(
          "balance_gradient",
          Grid.items(plan.queues()),
          work.in(factor),
          work.in(count),
          work.out(out),
          plan.queues(),
          plan.experts());
    }
    return served;
  }

  boolean variationGradient(
      RoutingPlan plan, Tensor sums, double coefficient, Tensor out, boolean accumulate) {
    Shapes.of("variationGradient")
        .vector("sums", sums, plan.queues())
        .vector("out", out, plan.queues());
    boolean served = CudaWork.are(ElementType.FLOAT32, sums, out);
    if (served && plan.queues() > 0) {
      work.launch(
          "variation_gradient",
          Grid.of(plan.groups(), 1, 1, WARP),
          work.in(sums),
          work.out(out),
          plan.groups(),
          plan.experts(),
          coefficient / plan.groups(),
          accumulate ? 1 : 0);
    }
    return served;
  }

  boolean routerBackward(
      RoutingPlan plan,
      Tensor logits,
      Tensor probabilities,
      Tensor expert,
      Tensor dProbability,
      Tensor slope,
      Tensor tokenMask,
      double zLoss,
      Tensor dLogits) {
    Shapes.of("routerBackward")
        .matrix("logits", logits, plan.tokens(), plan.experts())
        .matrix("probabilities", probabilities, plan.tokens(), plan.experts())
        .matrix("dLogits", dLogits, plan.tokens(), plan.experts())
        .vector("expert", expert, plan.allChoices())
        .vector("dProbability", dProbability, plan.allChoices())
        .vector("slope", slope, plan.queues())
        .vector("tokenMask", tokenMask, plan.tokens())
        .types(ElementType.INT32, expert, tokenMask);
    boolean served =
        CudaWork.areOneReal(logits, probabilities, dProbability, dLogits)
            && CudaWork.are(ElementType.FLOAT32, slope);
    if (served && plan.tokens() > 0) {
      work.launch(
          "router_backward_" + CudaWork.suffix(logits),
          Grid.rows(plan.tokens()),
          work.in(logits),
          work.in(probabilities),
          work.in(expert),
          work.in(dProbability),
          work.in(slope),
          work.inOrNone(tokenMask),
          work.out(dLogits),
          plan.tokens(),
          plan.groupSize(),
          plan.experts(),
          plan.choices(),
          (float) zLoss);
    }
    return served;
  }
}
