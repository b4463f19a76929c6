package dev.switchyard.engine.model;

/** What a parameter belongs to, for people who ask where a model's size comes from. */
public enum ParameterPart {
  EMBEDDING("embedding"),
  ATTENTION("attention"),
  FEED_FORWARD("feed-forward"),
  EXPERTS("experts"),
  ATTENTION_EXPERTS("attention experts"),
  ROUTERS("routers"),
  OTHER("norms and biases");

  private final String word;

  ParameterPart(String word) {
    this.word = word;
  }

  /** As people write it. */
  public String word() {
    return word;
  }

  /** The part of a parameter with this name in a checkpoint. */
  static ParameterPart of(String name) {
    if (name.contains(".experts.expert_")) {
      return name.contains("Attention.") ? ATTENTION_EXPERTS : EXPERTS;
    } else if (name.contains("router.")) {
      return ROUTERS;
    } else if (name.contains("layer_norm") || name.contains("relative_attention_bias")) {
      return OTHER;
    } else if (name.contains("Attention.")) {
      return ATTENTION;
    }
    return name.contains(".mlp.") ? FEED_FORWARD : EMBEDDING;
  }
}
