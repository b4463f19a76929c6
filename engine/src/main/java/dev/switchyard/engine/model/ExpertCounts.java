package dev.switchyard.engine.model;

/**
 * What a Switch layer's experts were asked for in a pass.
 *
 * @param asked choices that asked for each expert, before the capacity
 * @param served those that got a slot
 */
public record ExpertCounts(long[] asked, long[] served) {

  /** Sums over the groups of a pass, in each of which an expert serves its capacity at most. */
  static ExpertCounts of(int[] askedInGroups, int experts, int capacity) {
    long[] asked = new long[experts];
    long[] served = new long[experts];
    for (int i = 0; i < askedInGroups.length; i++) {
      asked[i % experts] += askedInGroups[i];
      served[i % experts] += Math.min(askedInGroups[i], capacity);
    }
    return new ExpertCounts(asked, served);
  }

  /** Those of two parts of a batch together. */
  ExpertCounts plus(ExpertCounts other) {
    return new ExpertCounts(sum(asked, other.asked), sum(served, other.served));
  }

  private static long[] sum(long[] a, long[] b) {
    long[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  /** What each expert was asked for, over the fair share: 1 is fair. */
  float[] load() {
    long all = 0;
    for (long each : asked) {
      all += each;
    }
    float[] load = new float[asked.length];
    for (int e = 0; e < load.length; e++) {
      load[e] = (float) (asked[e] * (double) load.length / Math.max(1, all));
    }
    return load;
  }
}
