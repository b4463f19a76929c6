package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;

/**
 * Batch priority (Riquelme et al. 2021, section 2.4): as {@link TopK}, but the tokens of a group
 * come in falling order of the probability of their first expert, so that those with small gates
 * are dropped. A token's way then hangs on tokens behind it.
 *
 * @param choice what each token asks for
 */
public record BatchPriority(TopK choice) implements Selection {
  @Override
  public int choices(int experts) {
    return choice.choices(experts);
  }

  @Override
  public int countedChoices(int experts) {
    return choice.countedChoices(experts);
  }

  @Override
  public boolean countsWhatIsAsked() {
    return true;
  }

  @Override
  public Dispatch route(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally) {
    Choices choices = Choices.highest(pass, routing, routed);
    return Dispatch.firstCome(
        pass, routing, choices, choice.gate(pass, choices), null, choices.probability(), tally);
  }
}
