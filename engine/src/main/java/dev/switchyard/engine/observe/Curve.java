package dev.switchyard.engine.observe;

import java.util.Arrays;

/**
 * A quantity along a run: columns of equal length. A row stands for one step, or for several where
 * the run has more of them than rows are kept.
 *
 * @param steps the last step of each row, growing
 * @param seconds in the model's own steps until then
 * @param tokens seen until then
 * @param least smallest value in the row
 * @param most largest value in the row
 * @param mean of the row's values
 */
public record Curve(
    double[] steps,
    double[] seconds,
    double[] tokens,
    double[] least,
    double[] most,
    double[] mean) {
  /** Without a row. */
  public static final Curve EMPTY =
      new Curve(
          new double[0], new double[0], new double[0], new double[0], new double[0], new double[0]);

  /** Number of rows. */
  public int rows() {
    return steps.length;
  }

  /**
   * Where the rows lie along a measure.
   *
   * @param flopsPerToken of training, for {@link Measure#FLOPS}
   */
  public double[] along(Measure measure, double flopsPerToken) {
    return switch (measure) {
      case STEPS -> steps;
      case TIME -> seconds;
      case TOKENS -> tokens;
      case FLOPS -> Arrays.stream(tokens).map(count -> count * flopsPerToken).toArray();
    };
  }

  /**
   * The means, smoothed with exponentially fading weights; what is no number is passed over. The
   * first values are not weighted more than others, as they would be if smoothing began with them.
   *
   * @param window steps after which a value's weight has faded to 1/e; 0: not smoothed
   */
  public double[] smoothed(double window) {
    if (!(window > 0)) {
      return mean;
    }
    double[] smooth = new double[mean.length];
    double sum = 0;
    double weights = 0;
    double before = steps.length == 0 ? 0 : steps[0];
    for (int row = 0; row < mean.length; row++) {
      double fading = Math.exp(-Math.max(0, steps[row] - before) / window);
      before = steps[row];
      sum *= fading;
      weights *= fading;
      if (Double.isFinite(mean[row])) {
        sum += mean[row];
        weights += 1;
      }
      smooth[row] = weights > 0 ? sum / weights : Double.NaN;
    }
    return smooth;
  }
}
