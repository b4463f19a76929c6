package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;

/**
 * Switch routing (section 2.1): each token goes to its most probable expert (the first of equals),
 * the gate being that probability, in the order of the group.
 */
public record TopOne() implements Selection {
  @Override
  public int choices(int experts) {
    return 1;
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
    Choices choices = Choices.highest(pass, routing, routed);
    return Dispatch.firstCome(pass, routing, choices, choices.probability(), null, null, tally);
  }
}
