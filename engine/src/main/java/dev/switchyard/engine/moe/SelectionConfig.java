package dev.switchyard.engine.moe;

import dev.switchyard.engine.configuration.Setting;

/** Which tokens go to which experts, by {@link Selection}. */
public record SelectionConfig(
    @Setting(
            value =
                "Who goes where: top_1 (Switch), top_2 (GShard), top_k (experts_per_token),"
                    + " no_token_left_behind (appendix B), batch_priority (highest gates first),"
                    + " expert_choice (experts choose tokens), tree (prefix bits after Cho and"
                    + " Bengio, in our reading).",
            options = {
              SelectionConfig.TOP_1,
              SelectionConfig.TOP_2,
              SelectionConfig.TOP_K,
              SelectionConfig.NO_TOKEN_LEFT_BEHIND,
              SelectionConfig.BATCH_PRIORITY,
              SelectionConfig.EXPERT_CHOICE,
              SelectionConfig.TREE
            },
            common = true)
        String selection,
    @Setting(
            value =
                "k: experts of a token under top_k and batch_priority; experts that it tries one"
                    + " after the other under no_token_left_behind; 0 for the selection's own (2,"
                    + " 1 and 4).",
            min = 0,
            max = 1024)
        int expertsPerToken,
    @Setting("Gates of top_k and batch_priority are divided by their sum over the token's experts.")
        boolean renormaliseGates,
    @Setting(
            value =
                "top_2 in training: the second expert is asked with probability gate /"
                    + " second_expert_threshold (GShard's rule).",
            min = 1e-9,
            max = 1)
        double secondExpertThreshold) {

  /** One expert a token. */
  public static final String TOP_1 = "top_1";

  /** GShard's two experts a token. */
  public static final String TOP_2 = "top_2";

  /** Some experts a token. */
  public static final String TOP_K = "top_k";

  /** Dropped tokens try their next expert. */
  public static final String NO_TOKEN_LEFT_BEHIND = "no_token_left_behind";

  /** Tokens with high gates come first. */
  public static final String BATCH_PRIORITY = "batch_priority";

  /** Experts choose. */
  public static final String EXPERT_CHOICE = "expert_choice";

  /** A router of bits. */
  public static final String TREE = "tree";

  /** The paper's. */
  public static SelectionConfig defaults() {
    return new SelectionConfig(TOP_1, 0, false, 0.2);
  }

  /** Whether the router decides bit by bit. */
  public boolean isTree() {
    return selection.equals(TREE);
  }
}
