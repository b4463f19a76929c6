package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.Pass;

/** The rule by which tokens and experts find each other. */
public sealed interface Selection
    permits TopOne, TopTwo, TopK, NoTokenLeftBehind, BatchPriority, ExpertChoice {

  /**
   * The rule that the settings name.
   *
   * @throws InputException where the experts are too few for it
   */
  static Selection of(SelectionConfig config, int experts) {
    int asked = config.expertsPerToken();
    Selection selection =
        switch (config.selection()) {
          case SelectionConfig.TOP_2 -> new TopTwo(config.secondExpertThreshold());
          case SelectionConfig.TOP_K -> new TopK(asked == 0 ? 2 : asked, config.renormaliseGates());
          case SelectionConfig.NO_TOKEN_LEFT_BEHIND ->
              new NoTokenLeftBehind(asked == 0 ? Math.min(4, experts) : asked);
          case SelectionConfig.BATCH_PRIORITY ->
              new BatchPriority(new TopK(asked == 0 ? 1 : asked, config.renormaliseGates()));
          case SelectionConfig.EXPERT_CHOICE -> new ExpertChoice();
          default -> new TopOne();
        };
    if (selection.choices(experts) > experts) {
      throw new InputException(
          "selection %s gives a token %d experts, but num_experts is %d: set experts_per_token or"
                  .formatted(config.selection(), selection.choices(experts), experts)
              + " num_experts so that there are enough.");
    }
    return selection;
  }

  /** Choices of a token, k. */
  int choices(int experts);

  /**
   * How many of a token's choices count as the load of the load-balancing loss: the first ones.
   *
   * @param experts number of experts
   */
  int countedChoices(int experts);

  /** Whether what counts is just what is asked of the experts, so that it is counted once. */
  boolean countsWhatIsAsked();

  /** Routes a pass' tokens by what the router says of them, and fills the tally's counts. */
  Dispatch route(Pass pass, Routing routing, Router.Saved routed, RoutingTally tally);
}
