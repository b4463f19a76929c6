package dev.switchyard.engine.model;

/**
 * Floating-point operations of the forward pass for one token: two for each parameter that is
 * applied to it, one expert a Switch layer. A training step takes three times as many. Attention's
 * scores and mixtures, which grow with the length, are left out, as in the paper's table 9.
 *
 * @param inputToken for a token of the encoder, the decoder's keys and values of it included
 * @param targetToken for a token of the decoder, its logits not included
 * @param logits for a token of the decoder, from its representation to the vocabulary
 * @param inputRouters for a token of the encoder: what the dense twin does not compute
 * @param targetRouters for a token of the decoder
 */
public record ComputeCost(
    long inputToken, long targetToken, long logits, long inputRouters, long targetRouters) {

  /** The cost of a model. */
  public static ComputeCost of(ModelConfig config) {
    long width = config.dModel();
    long projection = width * config.attentionWidth();
    long router = width * config.numExperts();
    long crossing = config.isEncoderDecoder() ? config.numDecoderLayers() : 0;
    return new ComputeCost(
        2 * (stack(config, true) + crossing * 2 * projection),
        2 * (stack(config, false) + crossing * 2 * projection),
        2 * width * config.vocabSize(),
        2 * router * config.switchLayers(true),
        2 * router * config.switchLayers(false));
  }

  /** Weights that are applied to a token in a stack, routers and cross-attention left out. */
  private static long stack(ModelConfig config, boolean encoder) {
    long weights = 0;
    for (int block = 0; block < config.blocks(encoder); block++) {
      weights += selfAttention(config, block) + feedForward(config, encoder, block);
    }
    return weights;
  }

  private static long selfAttention(ModelConfig config, int block) {
    long projection = (long) config.dModel() * config.attentionWidth();
    return config.hasSwitchAttention(block)
        ? 2 * config.attentionExpert().weights() + projection
        : 4 * projection;
  }

  private static long feedForward(ModelConfig config, boolean encoder, int block) {
    long hidden = config.feedForwardWidth(encoder, block);
    if (config.isSparse(encoder, block)) {
      hidden += config.sharedExpertDFf();
    }
    return (config.isGated() ? 3L : 2L) * config.dModel() * hidden;
  }

  /** The forward pass over a batch of so many tokens, routers and logits included. */
  public double forward(long inputTokens, long targetTokens) {
    return (double) inputTokens * (inputToken + inputRouters)
        + (double) targetTokens * (targetToken + targetRouters + logits);
  }
}
