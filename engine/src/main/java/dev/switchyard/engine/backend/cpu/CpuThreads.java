package dev.switchyard.engine.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that share a backend's work: the caller and a fixed number of helpers. Rows are cut
 * into parts; each thread begins with its own stretch of parts, so that what it wrote in the last
 * operation is still in its cache, and then helps the others. The caller waits for parts, never for
 * threads: a helper that the system does not let run delays nobody.
 *
 * <p>The cut must not depend on who takes a part; then results do not either.
 */
final class CpuThreads implements AutoCloseable {
  /** Work on the rows {@code [from, to)}. */
  @FunctionalInterface
  interface Work {
    /**
     * Does the work.
     *
     * @param thread 0 for the caller, else the helper's number: names the scratch to be used
     */
    void run(long from, long to, int thread);
  }

  // Below this many elements a part isn't worth handing to another thread.
  private static final long SMALLEST_PART = 8192;
  // Parts for each thread, so that a thread that is held up can be helped.
  private static final int PARTS_A_THREAD = 4;
  // About 50 microseconds: longer than the gap between two operations of a training step.
  private static final int SPINS_BEFORE_SLEEP = 1000;
  // Counters of different threads lie on different cache lines.
  private static final int SPREAD = 16;

  private final int count;
  private final Helper[] helpers;

  // The work under way. A thread may read these only for a part that it has claimed: they change
  // only after all parts are done.
  private Work work;
  private long rows;
  private int parts;

  // For each thread, the round in the upper half and the next part of its stretch in the lower: a
  // helper that comes late, from an earlier round, can't claim anything.
  private final AtomicLongArray next;
  private final AtomicLongArray end;
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile int round;
  private volatile int threadsWanted;
  private volatile Throwable failure;
  private volatile Thread sleepingCaller;
  private volatile boolean closed;

  CpuThreads(int count) {
    this.count = count;
    next = new AtomicLongArray(count * SPREAD);
    end = new AtomicLongArray(count * SPREAD);
    helpers = new Helper[count];
    for (int i = 1; i < count; i++) {
      helpers[i] = new Helper(i);
      helpers[i].start();
    }
  }

  /** How many threads work, the caller included. */
  int count() {
    return count;
  }

  /**
   * Runs the work over {@code [0, rows)} in contiguous parts of about equal length.
   *
   * @param elementsPerRow how much work a row is, to judge how many parts are worth while
   */
  void overRows(long rows, long elementsPerRow, Work work) {
    long worthWhile = rows * Math.max(1, elementsPerRow) / SMALLEST_PART;
    long most = Math.min(rows, Math.max(1, worthWhile));
    // A part must be countable by an int.
    long least = Math.ceilDiv(rows, 1L << 30);
    run(rows, (int) Math.max(least, Math.min(most, (long) count * PARTS_A_THREAD)), work);
  }

  /** Runs the work for each number in {@code [0, rows)} by itself. */
  void overEach(int rows, Work work) {
    run(rows, rows, work);
  }

  private void run(long rows, int parts, Work work) {
    if (rows == 0) {
      return;
    }
    if (closed) {
      throw new IllegalStateException("This backend is closed.");
    }
    int wanted = Math.min(count, parts);
    if (wanted == 1) {
      for (int part = 0; part < parts; part++) {
        work.run(rows * part / parts, rows * (part + 1) / parts, 0);
      }
      return;
    }
    begin(rows, parts, work, wanted);
    takeParts(0, round);
    waitForParts();
    this.work = null;
    Throwable thrown = failure;
    failure = null;
    rethrow(thrown);
  }

  private void begin(long rows, int parts, Work work, int wanted) {
    int thisRound = round + 1;
    // Closed first: then nobody of the last round can mistake the new ends for its own.
    for (int i = 0; i < count; i++) {
      next.set(i * SPREAD, claim(thisRound, Integer.MAX_VALUE));
    }
    this.work = work;
    this.rows = rows;
    this.parts = parts;
    unfinished.set(parts);
    for (int i = 0; i < count; i++) {
      int first = i < wanted ? (int) ((long) parts * i / wanted) : 0;
      int last = i < wanted ? (int) ((long) parts * (i + 1) / wanted) : 0;
      end.set(i * SPREAD, last);
      next.set(i * SPREAD, claim(thisRound, first));
    }
    threadsWanted = wanted;
    round = thisRound;
    for (int i = 1; i < wanted; i++) {
      helpers[i].wake();
    }
  }

  private static long claim(int round, int part) {
    return ((long) round << 32) | part;
  }

  private void takeParts(int thread, int thisRound) {
    for (int i = 0; i < count; i++) {
      int of = (thread + i) % count * SPREAD;
      while (true) {
        long claimed = next.get(of);
        int part = (int) claimed;
        if ((int) (claimed >>> 32) != thisRound || part >= end.get(of)) {
          break;
        }
        if (next.compareAndSet(of, claimed, claimed + 1)) {
          runPart(part, thread);
        }
      }
    }
  }

  private void runPart(int part, int thread) {
    try {
      work.run(rows * part / parts, rows * (part + 1) / parts, thread);
    } catch (Throwable e) {
      failure = e;
    }
    if (unfinished.decrementAndGet() == 0) {
      Thread caller = sleepingCaller;
      if (caller != null) {
        LockSupport.unpark(caller);
      }
    }
  }

  private void waitForParts() {
    for (int spins = 0; unfinished.get() > 0; spins++) {
      if (spins < SPINS_BEFORE_SLEEP) {
        Thread.onSpinWait();
      } else {
        sleepingCaller = Thread.currentThread();
        if (unfinished.get() > 0) {
          LockSupport.park(this);
        }
        sleepingCaller = null;
      }
    }
  }

  private static void rethrow(Throwable thrown) {
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  /** Ends the helpers and waits for their end. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (int i = 1; i < count; i++) {
      LockSupport.unpark(helpers[i]);
      while (helpers[i].isAlive()) {
        try {
          helpers[i].join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Helper extends Thread {
    private final int number;
    private volatile boolean asleep;

    Helper(int number) {
      super("cpu-backend-" + number);
      this.number = number;
      setDaemon(true);
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      int spins = 0;
      while (!closed) {
        int now = round;
        if (now != seen) {
          seen = now;
          spins = 0;
          if (number < threadsWanted) {
            takeParts(number, now);
          }
        } else if (spins++ < SPINS_BEFORE_SLEEP) {
          Thread.onSpinWait();
        } else {
          asleep = true;
          if (round == seen && !closed) {
            LockSupport.park(CpuThreads.this);
          }
          asleep = false;
        }
      }
    }
  }
}
