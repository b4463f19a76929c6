package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;

/**
 * No token left behind (appendix B, as in Mesh-TensorFlow): first Switch routing; then the tokens
 * without a slot ask for their second most probable expert, and so on. A token has one slot at
 * most, and its gate is the probability of the expert that it went to. All choices of all tokens,
 * asked for or not, count for the load-balancing loss.
 *
 * @param experts that a token tries, k
 */
public record NoTokenLeftBehind(int experts) implements Selection {
  @Override
  public int choices(int expertCount) {
    return experts;
  }

  @Override
  public int countedChoices(int expertCount) {
    return experts;
  }

  @Override
  public boolean countsWhatIsAsked() {
    return false;
  }

  @Override
  public Dispatch route(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally) {
    Choices choices = Choices.highest(pass, routing, routed);
    pass.backend().countChoices(choices.plan(), choices.expert(), experts, tally.counted());
    RoutingPlan plan = choices.withRoom(pass, routing, 1);
    Dispatch dispatch = Dispatch.take(pass, plan, choices, choices.probability(), tally.asked());
    pass.backend()
        .takePlacesUntilServed(
            plan,
            dispatch.expert(),
            dispatch.position(),
            dispatch.slot(),
            dispatch.slotChoice(),
            tally.asked(),
            tally.dropped());
    return dispatch;
  }
}
