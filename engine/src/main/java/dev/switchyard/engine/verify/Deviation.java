package dev.switchyard.engine.verify;

/** How far numbers lie from others. */
final class Deviation {
  private Deviation() {}

  /**
   * The largest difference, as a share of the largest number expected.
   *
   * @param scale the least that it is a share of
   */
  static double largest(float[] found, float[] expected, double scale) {
    double largest = scale;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs((double) found[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return difference / largest;
  }

  /** Of one number, as a share of it. */
  static double relative(double found, double expected) {
    double difference = Math.abs(found - expected) / Math.max(1e-30, Math.abs(expected));
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }
}
