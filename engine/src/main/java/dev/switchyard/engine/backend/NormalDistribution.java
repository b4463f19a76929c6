package dev.switchyard.engine.backend;

/** The standard normal distribution, to the last digits of a double. */
public final class NormalDistribution {
  private static final double ROOT_OF_TWO_PI = Math.sqrt(2 * Math.PI);
  // From here on 1 - Phi is below what a double near 1 can show.
  private static final double FAR = 8.5;

  private NormalDistribution() {}

  /** phi(x), its density. */
  public static double density(double x) {
    return Math.exp(-x * x / 2) / ROOT_OF_TWO_PI;
  }

  /** Phi(x), the probability of a number below x. */
  public static double below(double x) {
    if (!(Math.abs(x) < FAR)) {
      return x > 0 ? 1 : x < 0 ? 0 : Double.NaN;
    }
    // Phi(x) - 1/2 = phi(x) (x + x^3/3 + x^5/(3 5) + ...): all terms of one sign, none cancels.
    double term = x;
    double sum = x;
    for (int odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17 && term != 0; odd += 2) {
      term *= x * x / odd;
      sum += term;
    }
    return 0.5 + density(x) * sum;
  }
}
