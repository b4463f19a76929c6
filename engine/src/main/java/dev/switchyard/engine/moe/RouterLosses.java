package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * The losses of a pass' routers, as their gradients need them. Each is a mean over groups, looks at
 * what is asked for before any capacity, and leaves masked tokens out.
 *
 * <p>Shazeer's two (2017, section 4 and appendix A) in this router's terms: the importance of an
 * expert is the sum of its probabilities, the gates before any choice. Its load is a count and has
 * no slope, so the loss takes the load that normal noise on the logits would give: P(x, i) =
 * Phi((h_i - the last of the others that i must beat) / noise). Shazeer's router adds such noise
 * with a learned width; this one routes without, so the width is a setting.
 *
 * @param config the coefficients
 * @param training whether the losses have gradients
 * @param balancing [groups], the load-balancing loss' factors; null without a backward pass
 * @param zLoss the factor on logSumExp
 * @param expertsOfToken what the expected load takes for the number of a token's experts
 */
public record RouterLosses(
    RouterLossConfig config, boolean training, Tensor balancing, double zLoss, int expertsOfToken) {

  /**
   * The losses of a pass; in one that is not for training they are counted, and have no gradient.
   *
   * @param routed tokens of each group that are routed
   * @param tokens that are routed of the whole batch
   */
  static RouterLosses of(
      Pass pass,
      RouterLossConfig config,
      RoutingPlan plan,
      Selection selection,
      int[] routed,
      long tokens) {
    int counted = selection.countedChoices(plan.experts());
    if (!pass.keeping()) {
      return new RouterLosses(config, false, null, 0, counted);
    }
    double alpha = pass.training() ? ofPart(pass, config.routerAuxLossCoef()) : 0;
    Tensor balancing = pass.takeExact(plan.groups());
    pass.backend()
        .write(balancing, LoadBalancing.gradientFactors(routed, plan.experts(), counted, alpha));
    double zLoss = tokens == 0 || !pass.training() ? 0 : 2 * config.routerZLossCoef() / tokens;
    return new RouterLosses(config, pass.training(), balancing, zLoss, counted);
  }

  /** Means over this pass' groups weigh as its part in those over the whole batch's. */
  private static double ofPart(Pass pass, double coefficient) {
    return coefficient * pass.division().share().fraction();
  }

  /** Whether the expected load is wanted. */
  boolean hasLoadLoss() {
    return config.routerLoadLossCoef() > 0;
  }

  /** Sums that the losses and the figures need, into the tally. */
  void forward(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally) {
    Backend backend = pass.backend();
    RoutingPlan plan = routing.plan();
    Tensor mask = routing.tokenMask();
    backend.sumProbabilities(plan, routed.probabilities(), mask, tally.probabilitySums());
    backend.routerFigures(routed.logits(), routed.probabilities(), mask, tally.routerFigures());
    if (hasLoadLoss()) {
      backend.expectedLoad(
          plan,
          routed.logits(),
          expertsOfToken,
          config.routerLoadNoise(),
          mask,
          tally.expectedLoad());
    }
  }

  /**
   * The gradient of the logits.
   *
   * @param dProbability [T, k], from the task
   * @param dLogits [T, E], overwritten
   */
  void backward(
      Pass pass,
      Routing routing,
      Router.Saved routed,
      Dispatch dispatch,
      RoutingTally tally,
      Tensor dProbability,
      Tensor dLogits) {
    Backend backend = pass.backend();
    RoutingPlan plan = dispatch.plan();
    Tensor slope = pass.takeExact(plan.groups(), plan.experts());
    backend.balanceGradient(plan, balancing, tally.counted(), slope);
    if (training && config.routerImportanceLossCoef() > 0) {
      backend.variationGradient(
          plan,
          tally.probabilitySums(),
          ofPart(pass, config.routerImportanceLossCoef()),
          slope,
          true);
    }
    backend.routerBackward(
        plan,
        routed.logits(),
        routed.probabilities(),
        dispatch.expert(),
        dProbability,
        slope,
        routing.tokenMask(),
        zLoss,
        dLogits);
    if (training && hasLoadLoss()) {
      Tensor dLoad = pass.takeExact(plan.groups(), plan.experts());
      backend.variationGradient(
          plan, tally.expectedLoad(), ofPart(pass, config.routerLoadLossCoef()), dLoad, false);
      backend.expectedLoadBackward(
          plan,
          routed.logits(),
          expertsOfToken,
          config.routerLoadNoise(),
          routing.tokenMask(),
          dLoad,
          dLogits);
    }
  }
}
