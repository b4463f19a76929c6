package dev.switchyard.engine.moe;

import java.util.Arrays;

/**
 * The squared coefficient of variation of a load over the experts (Shazeer et al. 2017, section 4):
 * variance over squared mean, 0 where it is even, N - 1 where one expert has all. A mean over
 * groups, as the load-balancing loss.
 */
public final class SquaredVariation {
  private SquaredVariation() {}

  /**
   * The loss, without its coefficient.
   *
   * @param load [groups * experts]
   */
  public static double loss(double[] load, int experts) {
    int groups = load.length / experts;
    double loss = 0;
    for (int g = 0; g < groups; g++) {
      double[] ofGroup = Arrays.copyOfRange(load, g * experts, (g + 1) * experts);
      double mean = Arrays.stream(ofGroup).sum() / experts;
      double variance = Arrays.stream(ofGroup).map(l -> (l - mean) * (l - mean)).sum() / experts;
      loss += mean == 0 ? 0 : variance / (mean * mean);
    }
    return loss / groups;
  }
}
