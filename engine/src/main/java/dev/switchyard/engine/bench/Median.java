package dev.switchyard.engine.bench;

import java.util.Arrays;

/** The middle of several measurements: what a pause of the machine does not move. */
final class Median {
  private Median() {}

  /** The median; of an even number, the upper of the two in the middle. */
  static double of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
