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
    long feedForward = (config.isGated() ? 3L : 2L) * width * config.dFf();
    long router = width * config.numExperts();
    long encoderBlocks = config.isEncoderDecoder() ? config.numLayers() : 0;
    long decoderBlocks = config.numDecoderLayers();
    long crossing = config.isEncoderDecoder() ? decoderBlocks : 0;
    return new ComputeCost(
        2 * (encoderBlocks * (4 * projection + feedForward) + crossing * 2 * projection),
        2 * (decoderBlocks * (4 * projection + feedForward) + crossing * 2 * projection),
        2 * width * config.vocabSize(),
        2 * router * sparse(config, true, encoderBlocks),
        2 * router * sparse(config, false, decoderBlocks));
  }

  private static long sparse(ModelConfig config, boolean encoder, long blocks) {
    long sparse = 0;
    for (int block = 0; block < blocks; block++) {
      sparse += config.isSparse(encoder, block) ? 1 : 0;
    }
    return sparse;
  }

  /** The forward pass over a batch of so many tokens, routers and logits included. */
  public double forward(long inputTokens, long targetTokens) {
    return (double) inputTokens * (inputToken + inputRouters)
        + (double) targetTokens * (targetToken + targetRouters + logits);
  }
}
