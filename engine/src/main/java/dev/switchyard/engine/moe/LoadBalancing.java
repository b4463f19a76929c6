package dev.switchyard.engine.moe;

/**
 * The load-balancing loss of one Switch layer (Switch Transformers, section 2.2, equations 4 to 6):
 * the mean over groups of N x sum(f_i x P_i), f_i the share of the group's tokens that ask for
 * expert i, before the capacity drops any (with several choices a token: the mean over those that
 * the selection counts), and P_i the mean of the router's probability of i. Tokens that the mask
 * leaves out do not count. 1 where the load is even.
 */
public final class LoadBalancing {
  private LoadBalancing() {}

  /**
   * The loss, without its coefficient.
   *
   * @param counted [groups * experts], choices that count for each expert
   * @param probabilitySums [groups * experts], sums of the probabilities over the group's tokens
   * @param choices of each token that count
   */
  public static double loss(int[] counted, double[] probabilitySums, int experts, int choices) {
    int groups = counted.length / experts;
    double loss = 0;
    for (int g = 0; g < groups; g++) {
      long all = 0;
      double products = 0;
      for (int i = g * experts; i < (g + 1) * experts; i++) {
        all += counted[i];
        products += counted[i] * probabilitySums[i];
      }
      double tokens = (double) all / choices;
      loss += all == 0 ? 0 : experts * products / (all * tokens);
    }
    return loss / groups;
  }

  /**
   * The factor b_g with which the gradient of coefficient x loss with respect to a token's
   * probability of expert i is b_g x counted[g, i]. The shares f_i have no gradient.
   *
   * @param tokens those that are routed, for each group
   * @param choices of each token that count
   * @param coefficient alpha
   */
  public static float[] gradientFactors(
      int[] tokens, int experts, int choices, double coefficient) {
    float[] factors = new float[tokens.length];
    for (int g = 0; g < tokens.length; g++) {
      double squared = (double) tokens[g] * tokens[g] * choices;
      factors[g] = tokens[g] == 0 ? 0 : (float) (coefficient * experts / (tokens.length * squared));
    }
    return factors;
  }
}
