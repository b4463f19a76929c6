package dev.switchyard.engine.observe;

import java.util.List;

/**
 * Where each token of a text went. Arrays belong to the trace and are not changed.
 *
 * @param encoderTokens what the encoder read; empty for a decoder alone
 * @param decoderTokens what the decoder read
 * @param layers the Switch layers, in the order in which tokens pass them
 * @param crossEntropy nats a target token on this text
 * @param milliseconds that the model took
 */
public record RoutingTrace(
    List<TokenText> encoderTokens,
    List<TokenText> decoderTokens,
    List<LayerRouting> layers,
    double crossEntropy,
    double milliseconds) {

  /** The tokens that a layer routes. */
  public List<TokenText> tokens(LayerRouting layer) {
    return layer.encoder() ? encoderTokens : decoderTokens;
  }

  /**
   * One Switch layer; arrays are indexed by token.
   *
   * @param name such as "encoder.block.1"
   * @param encoder whether it stands in the encoder
   * @param block number of its block in the stack
   * @param experts number of experts
   * @param capacity expert capacity
   * @param expert the expert that the token asked for (the most probable)
   * @param gate that expert's probability
   * @param position place in that expert's queue, from 0
   * @param kept whether the place was below the capacity; if not, the token was dropped and passes
   *     by the residual
   * @param probabilities the router's softmax, [token][expert]
   * @param asked tokens that asked for each expert, before the capacity
   * @param loadBalancingLoss N x sum(f_i x P_i) on this text
   */
  public record LayerRouting(
      String name,
      boolean encoder,
      int block,
      int experts,
      int capacity,
      int[] expert,
      float[] gate,
      int[] position,
      boolean[] kept,
      float[][] probabilities,
      int[] asked,
      double loadBalancingLoss) {

    /** One token of these, as if it were alone: what the arrays say of it. */
    public LayerRouting of(int token) {
      return new LayerRouting(
          name,
          encoder,
          block,
          experts,
          capacity,
          new int[] {expert[token]},
          new float[] {gate[token]},
          new int[] {position[token]},
          new boolean[] {kept[token]},
          new float[][] {probabilities[token]},
          asked,
          loadBalancingLoss);
    }

    /** Number of dropped tokens. */
    public int dropped() {
      int dropped = 0;
      for (boolean k : kept) {
        dropped += k ? 0 : 1;
      }
      return dropped;
    }
  }
}
