package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.Pass;

/**
 * Expert choice (Zhou et al. 2022): in each group each expert takes the tokens that it is most
 * probable for, as many as its capacity, so that all experts are equally full. A token may have any
 * number of experts, the gates being its probabilities; one that nobody takes is dropped. A token's
 * way hangs on tokens behind it, which a decoder that writes does not know. For the load-balancing
 * loss counts what each token would have asked for.
 */
public record ExpertChoice() implements Selection {
  @Override
  public int choices(int experts) {
    return experts;
  }

  @Override
  public int countedChoices(int experts) {
    return 1;
  }

  @Override
  public boolean countsWhatIsAsked() {
    return true;
  }

  @Override
  public Dispatch route(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally) {
    Choices choices = Choices.unfilled(pass, routing);
    RoutingPlan plan = choices.plan();
    Dispatch dispatch = Dispatch.take(pass, plan, choices, choices.probability(), null);
    pass.backend()
        .chooseTokens(
            plan,
            routed.probabilities(),
            routing.tokenMask(),
            dispatch.expert(),
            choices.probability(),
            dispatch.position(),
            dispatch.slot(),
            dispatch.slotChoice(),
            tally.asked(),
            tally.dropped());
    return dispatch;
  }
}
