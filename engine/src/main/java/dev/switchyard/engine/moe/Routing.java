package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * How the Switch layers of one stack route the tokens of one pass.
 *
 * @param plan groups, experts and capacity
 * @param tokenMask [T] INT32, 0 for tokens that are neither routed nor counted; null for none
 * @param tokens those that are routed
 * @param jitter epsilon of the noise on the router's input; 0 outside of training
 * @param balancing [groups], the load-balancing loss' gradient factors; null without a backward
 *     pass
 * @param zLoss the router z-loss' gradient factor
 */
public record Routing(
    RoutingPlan plan,
    Tensor tokenMask,
    long tokens,
    double jitter,
    Tensor balancing,
    double zLoss) {

  /**
   * The routing of a pass.
   *
   * @param tokenMask [T] INT32 or null
   * @param mask the same on the host, or null
   */
  public static Routing of(
      Pass pass, RoutingConfig config, RoutingPlan plan, Tensor tokenMask, int[] mask) {
    int[] counted = new int[plan.groups()];
    for (int g = 0; g < counted.length; g++) {
      int from = g * plan.groupSize();
      counted[g] =
          mask == null
              ? plan.groupSize()
              : Arrays.stream(mask, from, from + plan.groupSize()).sum();
    }
    long tokens = Arrays.stream(counted).asLongStream().sum();
    if (!pass.keeping()) {
      return new Routing(plan, tokenMask, tokens, 0, null, 0);
    }
    Tensor balancing = pass.takeExact(plan.groups());
    pass.backend()
        .write(
            balancing,
            LoadBalancing.gradientFactors(
                counted, plan.experts(), pass.training() ? config.routerAuxLossCoef() : 0));
    if (!pass.training()) {
      return new Routing(plan, tokenMask, tokens, 0, balancing, 0);
    }
    double zLoss = tokens == 0 ? 0 : 2 * config.routerZLossCoef() / tokens;
    return new Routing(plan, tokenMask, tokens, config.routerJitterNoise(), balancing, zLoss);
  }
}
