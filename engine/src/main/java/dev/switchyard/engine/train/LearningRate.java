package dev.switchyard.engine.train;

/**
 * The learning rate over the steps of a run: a linear rise from 0 in the warm-up, then the
 * schedule.
 *
 * @param schedule "inverse_square_root", "constant" or "linear"
 * @param peak the largest rate
 * @param warmupSteps steps of the rise; the last of them has the peak
 * @param steps of the whole run; only the linear schedule looks at it
 */
public record LearningRate(String schedule, double peak, long warmupSteps, long steps) {

  /** The schedule of a configuration. */
  public static LearningRate of(TrainingConfig config) {
    return new LearningRate(
        config.schedule(), config.learningRate(), config.warmupSteps(), config.steps());
  }

  /** The rate of a step, counted from 1. */
  public double at(long step) {
    double rise = step < warmupSteps ? (double) step / warmupSteps : 1;
    return peak
        * rise
        * switch (schedule) {
          case "inverse_square_root" -> inverseSquareRoot(step);
          case "constant" -> 1;
          case "linear" -> linear(step);
          default -> throw new IllegalArgumentException(schedule);
        };
  }

  private double inverseSquareRoot(long step) {
    double warmup = Math.max(1, warmupSteps);
    return Math.sqrt(warmup / Math.max(step, warmup));
  }

  private double linear(long step) {
    long falling = steps - warmupSteps;
    if (step <= warmupSteps || falling <= 0) {
      return 1;
    }
    return Math.max(0, (double) (steps - step) / falling);
  }
}
