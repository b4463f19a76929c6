package dev.switchyard.engine.observe;

/**
 * How alike the experts of one layer are: cosines of the angles between their weights, 1 for the
 * same direction, about 0 for independent ones. Experts that were copied from one dense layer begin
 * at 1 and drift apart as they specialise.
 *
 * @param layer the name that the layer's tensors begin with
 * @param experts how many
 * @param weights cosines between all weights of two experts, [experts * experts]
 * @param compared how many numbers of each expert were compared
 * @param held how many numbers each expert holds
 * @param router cosines between two experts' rows of the router, [experts * experts]; empty where
 *     the layer has no router of that shape
 */
public record ExpertSimilarity(
    String layer, int experts, float[] weights, long compared, long held, float[] router) {
  /** Cosine between two experts' weights. */
  public float weights(int one, int other) {
    return weights[one * experts + other];
  }

  /** Mean of the cosines between different experts' weights. */
  public double meanOfPairs() {
    double sum = 0;
    for (int i = 0; i < experts; i++) {
      for (int j = 0; j < experts; j++) {
        sum += i == j ? 0 : weights(i, j);
      }
    }
    return experts < 2 ? 1 : sum / ((double) experts * (experts - 1));
  }
}
