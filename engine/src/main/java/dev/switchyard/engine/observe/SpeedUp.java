package dev.switchyard.engine.observe;

import java.util.ArrayList;
import java.util.List;

/**
 * How many times sooner the Switch model reaches the quality that its dense twin has now: the
 * twin's steps (or seconds) divided by those that the Switch model needed to the same smoothed
 * cross entropy. Add the reports of a run in order; not for several threads at once.
 */
public final class SpeedUp {
  /** Smoothing: the weight of the newest step; a step's noise is larger than a step's progress. */
  private static final double NEWEST = 0.05;

  /**
   * The result at one moment.
   *
   * @param steps twin's steps over the Switch model's steps to the same quality; below 1 where the
   *     Switch model is behind
   * @param time the same in seconds
   * @param quality the smoothed cross entropy that both reached
   * @param switchStep step at which the Switch model reached it
   * @param twinStep step at which the twin reached it
   */
  public record Result(double steps, double time, double quality, long switchStep, long twinStep) {}

  private record Best(long step, double seconds, double quality) {}

  private final List<Best> switchBest = new ArrayList<>();
  private final List<Best> twinBest = new ArrayList<>();
  private double smoothSwitch = Double.NaN;
  private double smoothTwin = Double.NaN;

  /** Takes the next report; one without a twin is passed over. */
  public void add(StepReport report) {
    if (report.twin() == null) {
      return;
    }
    smoothSwitch = smooth(smoothSwitch, report.model().crossEntropy());
    smoothTwin = smooth(smoothTwin, report.twin().crossEntropy());
    keepIfBest(switchBest, report.step(), report.model().seconds(), smoothSwitch);
    keepIfBest(twinBest, report.step(), report.twin().seconds(), smoothTwin);
  }

  /** The present result, or null before there is one. */
  public Result result() {
    if (switchBest.isEmpty() || twinBest.isEmpty()) {
      return null;
    }
    Best twin = twinBest.getLast();
    Best sparse = switchBest.getLast();
    if (sparse.quality() <= twin.quality()) {
      Best first = firstAtLeastAsGood(switchBest, twin.quality());
      return result(first, twin, twin.quality());
    }
    return result(sparse, firstAtLeastAsGood(twinBest, sparse.quality()), sparse.quality());
  }

  private static Result result(Best sparse, Best twin, double quality) {
    return new Result(
        (double) twin.step() / sparse.step(),
        twin.seconds() / Math.max(1e-9, sparse.seconds()),
        quality,
        sparse.step(),
        twin.step());
  }

  private static double smooth(double before, double now) {
    return Double.isNaN(before) ? now : before + NEWEST * (now - before);
  }

  private static void keepIfBest(List<Best> best, long step, double seconds, double quality) {
    if (best.isEmpty() || quality < best.getLast().quality()) {
      best.add(new Best(step, seconds, quality));
    }
  }

  private static Best firstAtLeastAsGood(List<Best> best, double quality) {
    int low = 0;
    int high = best.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (best.get(middle).quality() <= quality) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return best.get(low);
  }
}
