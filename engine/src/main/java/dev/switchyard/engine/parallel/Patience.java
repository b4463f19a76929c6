package dev.switchyard.engine.parallel;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long somebody still waits. Only time in which the waiter itself could run counts: it waits in
 * short slices, of which none counts more than its own length. So a program that was stopped for an
 * hour, or a computer that slept, goes on where it was. For one thread.
 */
final class Patience {
  /** Long against a thread's turns, short against what people set as a limit. */
  static final long SLICE_NANOS = Duration.ofMillis(100).toNanos();

  private final LongSupplier clock;
  private long left;

  /** Patience of a length, by the clock of {@link System#nanoTime}. */
  Patience(long nanos) {
    this(nanos, System::nanoTime);
  }

  /**
   * Patience of a length.
   *
   * @param clock nanoseconds since any moment
   */
  Patience(long nanos, LongSupplier clock) {
    this.left = nanos;
    this.clock = clock;
  }

  /** Whether it is at its end. */
  boolean isOver() {
    return left <= 0;
  }

  /** Waits for something, by any means. */
  @FunctionalInterface
  interface Wait<T> {
    /** Waits at most so many nanoseconds. */
    T during(long nanos) throws InterruptedException;
  }

  /**
   * Waits for one slice, or less where less is left.
   *
   * @return what the wait gave
   */
  <T> T slice(Wait<T> wait) throws InterruptedException {
    long slice = Math.min(left, SLICE_NANOS);
    long from = clock.getAsLong();
    try {
      return wait.during(slice);
    } finally {
      left -= Math.clamp(clock.getAsLong() - from, 0, slice);
    }
  }
}
