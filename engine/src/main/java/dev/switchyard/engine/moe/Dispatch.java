package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Where each token goes: to its most probable expert (the first of equals), in the order of the
 * group; from a place at or beyond the capacity on, nowhere (a dropped token).
 *
 * @param expert [T] INT32, asked for, kept or not; -1 where not routed
 * @param gate [T], that expert's probability
 * @param position [T] INT32, place in the expert's queue
 * @param slot [T] INT32, -1 where dropped or not routed
 * @param slotToken [S] INT32, -1 where empty
 * @param asked [groups, E] INT32, tokens that asked for each expert, before the capacity
 */
public record Dispatch(
    RoutingPlan plan,
    Tensor expert,
    Tensor gate,
    Tensor position,
    Tensor slot,
    Tensor slotToken,
    Tensor asked) {

  /**
   * Routes by the router's probabilities [T, E].
   *
   * @param asked [groups, E] INT32, written
   */
  public static Dispatch forward(Pass pass, Routing routing, Tensor probabilities, Tensor asked) {
    RoutingPlan plan = routing.plan();
    Dispatch dispatch =
        new Dispatch(
            plan,
            pass.takeInts(plan.tokens()),
            pass.takeForRouter(plan.tokens()),
            pass.takeInts(plan.tokens()),
            pass.takeInts(plan.tokens()),
            pass.takeInts(plan.slots()),
            asked);
    pass.backend()
        .routeTopOne(
            plan,
            probabilities,
            routing.tokenMask(),
            dispatch.expert(),
            dispatch.gate(),
            dispatch.position(),
            dispatch.slot(),
            dispatch.slotToken(),
            asked);
    return dispatch;
  }

  /**
   * Slots of each expert that may hold a token, [E] INT32; null where groups lie between empty
   * slots.
   */
  public Tensor slotsUsed() {
    return plan.groups() == 1 ? asked.as(plan.experts()) : null;
  }
}
