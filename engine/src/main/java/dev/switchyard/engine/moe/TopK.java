package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Each token has its k most probable experts. Second choices queue behind all first choices, third
 * behind all second; all count for the load-balancing loss, so that it is 1 where they are even.
 *
 * @param experts of a token, k
 * @param renormalise whether the gates are the probabilities divided by their sum over the k
 */
public record TopK(int experts, boolean renormalise) implements Selection {
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
    return true;
  }

  @Override
  public Dispatch route(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally) {
    Choices choices = Choices.highest(pass, routing, routed);
    return Dispatch.firstCome(pass, routing, choices, gate(pass, choices), null, null, tally);
  }

  /** One gate alone stays a probability: as 1 it would teach the router nothing. */
  Tensor gate(Pass pass, Choices choices) {
    return renormalise && experts > 1 ? choices.normalised(pass) : choices.probability();
  }
}
