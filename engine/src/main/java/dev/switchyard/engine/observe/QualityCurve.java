package dev.switchyard.engine.observe;

import java.util.Arrays;

/**
 * When a model first reached each quality: its smoothed cross entropy wherever that was better than
 * ever before. Bounded: where there are very many such places, every other one is forgotten. Add
 * steps in order; not for several threads at once.
 */
public final class QualityCurve {
  /** Smoothing: the weight of the newest step; a step's noise is larger than a step's progress. */
  private static final double NEWEST = 0.05;

  private static final int MOST = 1 << 16;

  /**
   * A place where the model was better than before.
   *
   * @param step number of the step
   * @param seconds in the model's own steps until then
   * @param tokens seen until then
   * @param crossEntropy smoothed, nats a token
   */
  public record Best(long step, double seconds, double tokens, double crossEntropy) {}

  private Best[] bests;
  private int count;
  private double smooth = Double.NaN;

  /** Without a step. */
  public QualityCurve() {
    bests = new Best[64];
  }

  private QualityCurve(QualityCurve other) {
    bests = Arrays.copyOf(other.bests, Math.max(1, other.count));
    count = other.count;
    smooth = other.smooth;
  }

  /** Takes the next step; one without a cross entropy is passed over. */
  public void add(long step, double seconds, double tokens, double crossEntropy) {
    if (!Double.isFinite(crossEntropy)) {
      return;
    }
    smooth = Double.isNaN(smooth) ? crossEntropy : smooth + NEWEST * (crossEntropy - smooth);
    if (count > 0 && smooth >= bests[count - 1].crossEntropy()) {
      return;
    }
    if (count == MOST) {
      thin();
    } else if (count == bests.length) {
      bests = Arrays.copyOf(bests, 2 * count);
    }
    bests[count++] = new Best(step, seconds, tokens, smooth);
  }

  private void thin() {
    int kept = 0;
    for (int i = 1; i < count; i += 2) {
      bests[kept++] = bests[i];
    }
    Arrays.fill(bests, kept, count, null);
    count = kept;
  }

  /** Whether no step was taken. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** The smoothed cross entropy now, or NaN. */
  public double now() {
    return smooth;
  }

  /** The best of all; there must be one. */
  public Best best() {
    return bests[count - 1];
  }

  /** The first place at least as good; {@link #best} where none is. */
  public Best firstAtLeastAsGood(double crossEntropy) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bests[middle].crossEntropy() <= crossEntropy) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return bests[low];
  }

  /** The curve as it is now; it does not change. */
  public QualityCurve copy() {
    return new QualityCurve(this);
  }
}
