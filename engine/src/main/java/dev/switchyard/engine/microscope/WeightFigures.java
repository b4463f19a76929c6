package dev.switchyard.engine.microscope;

import dev.switchyard.engine.observe.StoredWeight;
import dev.switchyard.engine.observe.WeightStatistics;
import java.util.Arrays;

/** Figures of numbers that come in pieces: all of them once to add up, and once more to count. */
final class WeightFigures {
  private static final int BINS = 61;
  // So many standard deviations: single far numbers would leave all others in one bin.
  private static final double REACH = 5;

  private final long[] bins = new long[BINS];
  private long finite;
  private long notFinite;
  private long zeros;
  private double sum;
  private double squares;
  private double minimum = Double.POSITIVE_INFINITY;
  private double maximum = Double.NEGATIVE_INFINITY;
  private double low;
  private double high;

  void add(float[] numbers) {
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        notFinite++;
        continue;
      }
      finite++;
      zeros += number == 0 ? 1 : 0;
      sum += number;
      squares += (double) number * number;
      minimum = Math.min(minimum, number);
      maximum = Math.max(maximum, number);
    }
  }

  private double mean() {
    return finite == 0 ? 0 : sum / finite;
  }

  private double deviation() {
    return finite == 0 ? 0 : Math.sqrt(Math.max(0, squares / finite - mean() * mean()));
  }

  /** Once all have been added. */
  void beginHistogram() {
    if (finite == 0) {
      minimum = 0;
      maximum = 0;
    }
    low = Math.max(minimum, mean() - REACH * deviation());
    high = Math.min(maximum, mean() + REACH * deviation());
    if (high <= low) {
      // All the same: one bin in the middle holds them.
      double half = Math.max(Math.abs(mean()), 1) * 1e-3;
      low = mean() - half;
      high = mean() + half;
    }
  }

  void count(float[] numbers) {
    double perBin = BINS / (high - low);
    for (float number : numbers) {
      if (Float.isFinite(number)) {
        bins[Math.clamp((int) Math.floor((number - low) * perBin), 0, BINS - 1)]++;
      }
    }
  }

  WeightStatistics of(StoredWeight weight) {
    return new WeightStatistics(
        weight,
        mean(),
        deviation(),
        minimum,
        maximum,
        Math.sqrt(squares),
        zeros,
        notFinite,
        low,
        high,
        Arrays.stream(bins).boxed().toList());
  }
}
