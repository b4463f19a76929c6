package dev.switchyard.engine.moe;

import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;

/**
 * GShard's rule (Lepikhin et al. 2020, algorithm 1, with Mesh-TensorFlow's constants): each token
 * has its two most probable experts, with gates g1 / (g1 + g2) and g2 / (g1 + g2). In training the
 * second is asked with probability min(1, g2 / threshold); in evaluation always, so that a token's
 * way does not hang on its place in the batch. Second choices queue behind all first choices; only
 * first choices count for the load-balancing loss.
 *
 * @param threshold gate from which on the second is always asked
 */
public record TopTwo(double threshold) implements Selection {
  @Override
  public int choices(int experts) {
    return 2;
  }

  @Override
  public int countedChoices(int experts) {
    return 1;
  }

  @Override
  public boolean countsWhatIsAsked() {
    return false;
  }

  @Override
  public Dispatch route(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally) {
    Choices choices = Choices.highest(pass, routing, routed);
    Tensor gate = choices.normalised(pass);
    Tensor asks = null;
    if (pass.training()) {
      asks = pass.takeInts(choices.plan().tokens(), 2);
      long before = pass.division().share().before(choices.plan().tokens());
      RandomKey chance = pass.key(routed.sites().secondExpert(), before);
      pass.backend().askSecondByChance(choices.plan(), gate, threshold, chance, asks);
    }
    pass.backend().countChoices(choices.plan(), choices.expert(), 1, tally.counted());
    return Dispatch.firstCome(pass, routing, choices, gate, asks, null, tally);
  }
}
