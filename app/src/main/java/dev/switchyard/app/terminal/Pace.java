package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.StepReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** How fast steps follow one another by the clock on the wall, and when the last one is due. */
final class Pace {
  /** Over so many steps the pace is measured; the first ones, slow by warming up, soon leave. */
  private static final int WINDOW = 32;

  /** Two or three steps say nothing yet. */
  private static final int FEWEST = 4;

  private final long steps;
  private final LongSupplier nanoTime;
  private final Deque<Long> times = new ArrayDeque<>();
  private long lastStep;

  /**
   * @param steps of the whole run
   * @param nanoTime the clock
   */
  Pace(long steps, LongSupplier nanoTime) {
    this.steps = steps;
    this.nanoTime = nanoTime;
  }

  /** A step is done now. */
  void step(StepReport report) {
    lastStep = report.step();
    times.addLast(nanoTime.getAsLong());
    if (times.size() > WINDOW) {
      times.removeFirst();
    }
  }

  /** Seconds until the last step is done; NaN while unknown. */
  double secondsLeft() {
    if (times.size() < FEWEST) {
      return Double.NaN;
    }
    double secondsPerStep = (times.getLast() - times.getFirst()) / 1e9 / (times.size() - 1);
    return (steps - lastStep) * secondsPerStep;
  }

  /** Whether so much time has passed since the moment. */
  boolean isPast(long since, Duration span) {
    return nanoTime.getAsLong() - since >= span.toNanos();
  }

  long now() {
    return nanoTime.getAsLong();
  }
}
