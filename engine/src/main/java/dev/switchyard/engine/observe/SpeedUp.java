package dev.switchyard.engine.observe;

/**
 * How many times sooner the Switch model reaches the quality that its dense twin has now: the
 * twin's steps (or seconds) divided by those that the Switch model needed to the same smoothed
 * cross entropy. Add the reports of a run in order; not for several threads at once.
 */
public final class SpeedUp {
  /**
   * The result at one moment.
   *
   * @param steps twin's steps over the Switch model's steps to the same quality; below 1 where the
   *     Switch model is behind
   * @param time the same in seconds
   * @param tokens the same in tokens
   * @param quality the smoothed cross entropy that both reached
   * @param switchStep step at which the Switch model reached it
   * @param twinStep step at which the twin reached it
   */
  public record Result(
      double steps, double time, double tokens, double quality, long switchStep, long twinStep) {}

  private final QualityCurve sparse = new QualityCurve();
  private final QualityCurve twin = new QualityCurve();

  /** Takes the next report; one without a twin is passed over. */
  public void add(StepReport report) {
    if (report.twin() != null) {
      add(sparse, report.step(), report.model());
      add(twin, report.step(), report.twin());
    }
  }

  private static void add(QualityCurve curve, long step, StepReport.ModelReport model) {
    curve.add(step, model.seconds(), model.tokens(), model.crossEntropy());
  }

  /** The present result, or null before there is one. */
  public Result result() {
    return between(sparse, twin);
  }

  /**
   * How many times sooner a model reaches the best quality of another; where it does not, how many
   * times later the other reached its own.
   *
   * @return in the result the model stands for the Switch model, the other for the twin; null
   *     before both have a step
   */
  public static Result between(QualityCurve model, QualityCurve other) {
    if (model.isEmpty() || other.isEmpty()) {
      return null;
    }
    QualityCurve.Best mine = model.best();
    QualityCurve.Best its = other.best();
    double quality = Math.max(mine.crossEntropy(), its.crossEntropy());
    return mine.crossEntropy() <= its.crossEntropy()
        ? result(model.firstAtLeastAsGood(quality), its, quality)
        : result(mine, other.firstAtLeastAsGood(quality), quality);
  }

  private static Result result(QualityCurve.Best sparse, QualityCurve.Best twin, double quality) {
    return new Result(
        (double) twin.step() / sparse.step(),
        twin.seconds() / Math.max(1e-9, sparse.seconds()),
        twin.tokens() / Math.max(1e-9, sparse.tokens()),
        quality,
        sparse.step(),
        twin.step());
  }
}
