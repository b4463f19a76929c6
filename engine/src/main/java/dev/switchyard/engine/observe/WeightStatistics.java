package dev.switchyard.engine.observe;

import java.util.List;

/**
 * Figures of one tensor's numbers.
 *
 * @param weight the tensor
 * @param mean of the finite numbers
 * @param deviation their standard deviation, over all of them
 * @param minimum the smallest finite number; 0 if there is none
 * @param maximum the largest finite number; 0 if there is none
 * @param norm the square root of the sum of their squares
 * @param zeros how many are exactly 0
 * @param notFinite how many are infinite or not a number
 * @param low where the histogram's first bin begins
 * @param high where its last bin ends
 * @param histogram how many finite numbers fall into each of equal bins; those beyond the ends are
 *     counted in the outer ones
 */
public record WeightStatistics(
    StoredWeight weight,
    double mean,
    double deviation,
    double minimum,
    double maximum,
    double norm,
    long zeros,
    long notFinite,
    double low,
    double high,
    List<Long> histogram) {
  /** Figures; the histogram is copied. */
  public WeightStatistics {
    histogram = List.copyOf(histogram);
  }

  /** The root of the mean square: the size of a typical number. */
  public double rootMeanSquare() {
    long finite = weight.elements() - notFinite;
    return finite == 0 ? 0 : norm / Math.sqrt(finite);
  }
}
