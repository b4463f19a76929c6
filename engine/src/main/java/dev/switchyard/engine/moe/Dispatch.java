package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Where each token goes. A token has k choices of experts; a choice with a place below the capacity
 * has a slot, and a token none of whose choices has one is dropped.
 *
 * @param plan with the choices of a token, and the capacity that applied
 * @param expert [T, k] INT32; -1 where there is none, or the token is not routed
 * @param probability [T, k], those experts' probabilities
 * @param gate [T, k], with which the experts' results are added up; the same tensor as probability,
 *     or normalised from it
 * @param position [T, k] INT32, place in the expert's queue; -1 where the choice was not asked for
 * @param slot [T, k] INT32, -1 where there is none
 * @param slotChoice [S] INT32, the choice (t * k + j) in each slot; -1 where empty
 * @param slotsUsed [E] INT32, from which slot on an expert's are empty; null where they may lie
 *     anywhere
 */
public record Dispatch(
    RoutingPlan plan,
    Tensor expert,
    Tensor probability,
    Tensor gate,
    Tensor position,
    Tensor slot,
    Tensor slotChoice,
    Tensor slotsUsed) {

  /**
   * Memory for what a rule decides.
   *
   * @param asked [groups, E], which bounds the slots that an expert fills, in their order; null
   *     where it does not
   */
  static Dispatch take(Pass pass, RoutingPlan plan, Choices choices, Tensor gate, Tensor asked) {
    boolean packed = plan.groups() == 1 && asked != null;
    return new Dispatch(
        plan,
        choices.expert(),
        choices.probability(),
        gate,
        pass.takeInts(plan.tokens(), plan.choices()),
        pass.takeInts(plan.tokens(), plan.choices()),
        pass.takeInts(plan.slots()),
        packed ? asked.as(plan.experts()) : null);
  }

  /**
   * First come, first served.
   *
   * @param gate [T, k]
   * @param asks [T, k] INT32, 0 for choices that do not ask; null where all do
   * @param priority [T, k], of whose first the tokens come in falling order; null for their own
   */
  static Dispatch firstCome(
      Pass pass,
      Routing routing,
      Choices choices,
      Tensor gate,
      Tensor asks,
      Tensor priority,
      RoutingTally tally) {
    RoutingPlan plan = choices.withRoom(pass, routing, choices.plan().choices());
    Dispatch dispatch = take(pass, plan, choices, gate, tally.asked());
    pass.backend()
        .takePlaces(
            plan,
            dispatch.expert,
            asks,
            priority,
            dispatch.position,
            dispatch.slot,
            dispatch.slotChoice,
            tally.asked(),
            tally.dropped());
    return dispatch;
  }

  /**
   * The same with each expert's tokens in its first slots, so that empty ones cost nothing; the
   * tensors of slots are changed.
   */
  Dispatch packed(Pass pass) {
    if (slotsUsed != null) {
      return this;
    }
    Tensor used = pass.takeInts(plan.experts());
    pass.backend().packSlots(plan, slot, slotChoice, used);
    return new Dispatch(plan, expert, probability, gate, position, slot, slotChoice, used);
  }

  /** Turns the gradient of the gates [T, k] into that of the probabilities, in place. */
  void gateBackward(Pass pass, Tensor dGate) {
    if (gate != probability) {
      pass.backend().normaliseGatesBackward(plan, probability, gate, dGate);
    }
  }
}
