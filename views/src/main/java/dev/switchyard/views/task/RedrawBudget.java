package dev.switchyard.views.task;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How long pictures that move must wait before they are drawn again, so that a training on the same
 * processors does not feel them: they may take what nobody else uses but half a processor, and
 * where everything is in use a small share of one processor. What they do not take is saved up, as
 * far as a lively moment. What they take is what the window's thread and the thread that renders
 * took. Used on the window's thread.
 */
final class RedrawBudget {
  /** Of one processor, whatever else goes on. A step waits for the slowest of its threads. */
  static final double LEAST_SHARE = 0.012;

  /** So much of a processor stays free: a training waits for itself now and then. */
  static final double KEPT_FREE = 0.5;

  /** What may be saved up, in nanoseconds of a processor. */
  static final long MOST_SAVED = TimeUnit.MILLISECONDS.toNanos(300);

  /** Longer a person does not wait for a picture. */
  static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);

  /** So soon it is looked whether there is something new after there was not. */
  static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long BETWEEN_LOADS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final String RENDERER = "QuantumRenderer";

  private final int processors = Runtime.getRuntime().availableProcessors();
  private ThreadMXBean threads;
  private OperatingSystemMXBean system;
  private long[] drawing;
  private long taken;
  private long loadAt;
  private long takenAtLoad;
  private double idle;
  private double saved = MOST_SAVED;
  private long lastAt;

  /**
   * How long to wait from the beginning of a beat to the next.
   *
   * @param interval at least, nanoseconds
   * @param drawn whether there was something new
   */
  long pause(long interval, boolean drawn) {
    if (threads == null) {
      begin();
    }
    long now = System.nanoTime();
    long before = taken;
    taken = taken();
    measureLoad(now);
    long pause = pause(interval, taken - before, now - lastAt, idle);
    lastAt = now;
    return drawn ? pause : Math.max(pause, LOOK);
  }

  /**
   * The same.
   *
   * @param cost of the window since the last call, nanoseconds of a processor
   * @param passed since the last call, nanoseconds
   * @param idle processors that nobody else uses
   */
  long pause(long interval, long cost, long passed, double idle) {
    double share = Math.max(LEAST_SHARE, idle - KEPT_FREE);
    double debt = share * LONGEST_PAUSE; // what was dear once is not paid off for ever
    saved = Math.max(Math.min(MOST_SAVED, saved + passed * share) - cost, -debt);
    return Math.clamp((long) (-saved / share), interval, Math.max(interval, LONGEST_PAUSE));
  }

  private void begin() {
    threads = ManagementFactory.getThreadMXBean();
    system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long renderer =
        Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
            .filter(info -> info != null && info.getThreadName().startsWith(RENDERER))
            .mapToLong(ThreadInfo::getThreadId)
            .findFirst()
            .orElse(-1);
    long window = Thread.currentThread().threadId();
    drawing = renderer < 0 ? new long[] {window} : new long[] {window, renderer};
    taken = taken();
    lastAt = System.nanoTime();
    idle = processors;
  }

  private long taken() {
    long sum = 0;
    for (long thread : drawing) {
      sum += Math.max(0, threads.getThreadCpuTime(thread));
    }
    return sum;
  }

  /** The machine's load without what the pictures themselves are. */
  private void measureLoad(long now) {
    if (now - loadAt < BETWEEN_LOADS) {
      return;
    }
    double load = system.getCpuLoad();
    if (load >= 0 && loadAt != 0) {
      double own = (double) (taken - takenAtLoad) / (now - loadAt);
      idle = Math.clamp(processors * (1 - load) + own, 0, processors);
    }
    loadAt = now;
    takenAtLoad = taken;
  }
}
