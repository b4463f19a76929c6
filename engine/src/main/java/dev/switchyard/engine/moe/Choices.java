package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * The experts that tokens ask for, before anyone looks whether there is room.
 *
 * @param plan with as many choices
 * @param expert [T, k] INT32, -1 where the token is not routed
 * @param probability [T, k], the router's
 */
record Choices(RoutingPlan plan, Tensor expert, Tensor probability) {

  /** Memory for them. */
  static Choices unfilled(Pass pass, Routing routing) {
    int count = routing.selection().choices(routing.plan().experts());
    RoutingPlan plan = routing.plan().withChoices(count);
    return new Choices(
        plan, pass.takeInts(plan.tokens(), count), pass.takeForRouter(plan.tokens(), count));
  }

  /** The experts with the highest scores. */
  static Choices highest(Pass pass, Routing routing, Router.Saved routed) {
    Choices choices = unfilled(pass, routing);
    pass.backend()
        .chooseExperts(
            choices.plan,
            routed.scores(),
            routed.probabilities(),
            routing.tokenMask(),
            choices.expert,
            choices.probability);
    return choices;
  }

  /** Gates that sum to 1 for each token, [T, k]. */
  Tensor normalised(Pass pass) {
    Tensor gate = pass.takeForRouter(probability.shape());
    pass.backend().normaliseGates(plan, probability, gate);
    return gate;
  }

  /**
   * The plan with the capacity that applies: where nothing may be dropped, that of the fullest
   * queue, for which the choices are counted and the count awaited.
   *
   * @param first how many of a token's choices may take room
   */
  RoutingPlan withRoom(Pass pass, Routing routing, int first) {
    if (!routing.dropless()) {
      return plan;
    }
    Tensor counts = pass.takeInts(plan.groups(), plan.experts());
    pass.backend().countChoices(plan, expert, first, counts);
    int fullest = Arrays.stream(pass.backend().ints(counts)).max().orElse(0);
    return plan.withCapacity(Math.max(1, fullest));
  }
}
