package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * How the Switch layers of one stack route the tokens of one pass.
 *
 * @param plan groups, experts and capacity; a layer's {@link Dispatch} has the one that applied
 * @param selection which tokens go to which experts
 * @param dropless whether the capacity is what the fullest expert needs
 * @param tokenMask [T] INT32, 0 for tokens that are neither routed nor counted; null for none
 * @param tokens those that are routed, of the whole batch
 * @param tokensHere those that are routed in this pass
 * @param exploration none outside of training
 * @param losses of the routers; no gradients outside of training
 * @param intervention what people change; nothing in training
 */
public record Routing(
    RoutingPlan plan,
    Selection selection,
    boolean dropless,
    Tensor tokenMask,
    long tokens,
    long tokensHere,
    Exploration exploration,
    RouterLosses losses,
    Intervention intervention) {

  /** The routing of a pass over a whole batch. */
  public static Routing of(
      Pass pass, RoutingConfig config, RoutingPlan plan, Tensor tokenMask, int[] mask) {
    return of(pass, config, plan, tokenMask, mask, 0);
  }

  /**
   * The routing of a pass.
   *
   * @param tokenMask [T] INT32 or null
   * @param mask the same on the host, or null
   * @param wholeTokens those that are routed of the whole batch, where the pass is over a part
   */
  public static Routing of(
      Pass pass,
      RoutingConfig config,
      RoutingPlan plan,
      Tensor tokenMask,
      int[] mask,
      long wholeTokens) {
    int[] routed = new int[plan.groups()];
    for (int g = 0; g < routed.length; g++) {
      int from = g * plan.groupSize();
      routed[g] =
          mask == null
              ? plan.groupSize()
              : Arrays.stream(mask, from, from + plan.groupSize()).sum();
    }
    long here = Arrays.stream(routed).asLongStream().sum();
    long tokens = pass.division().inAll(here, wholeTokens);
    Selection selection = Selection.of(config.selection(), plan.experts());
    Exploration exploration =
        pass.training() ? Exploration.of(config.exploration()) : Exploration.NONE;
    return new Routing(
        plan,
        selection,
        config.capacity().isDropless(),
        tokenMask,
        tokens,
        here,
        exploration,
        RouterLosses.of(pass, config.losses(), plan, selection, routed, tokens),
        Intervention.NONE);
  }

  /** The same with what people change; outside of training. */
  public Routing under(Intervention change) {
    return new Routing(
        plan,
        selection,
        dropless,
        tokenMask,
        tokens,
        tokensHere,
        change.exploration(),
        losses,
        change);
  }
}
