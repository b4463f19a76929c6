package dev.switchyard.views.explore;

/** What the explorer's middle shows. */
enum Page {
  /** Tokens by layers, and a layer's queues. */
  TEXT("Text"),
  /** From tokens to experts, or from layer to layer. */
  FLOW("Flow"),
  /** What experts take of a corpus. */
  EXPERTS("Experts"),
  /** What the model writes. */
  GENERATE("Generate");

  private final String title;

  Page(String title) {
    this.title = title;
  }

  /** For people. */
  String title() {
    return title;
  }
}
