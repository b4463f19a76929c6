package dev.switchyard.engine.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CpuThreadsTest {
  @Test
  void everyRowIsDoneOnceInEveryRound() {
    try (CpuThreads threads = new CpuThreads(5)) {
      for (int round = 0; round < 20_000; round++) {
        int rows = 1 + round % 37;
        AtomicIntegerArray done = new AtomicIntegerArray(rows);
        threads.overEach(
            rows,
            (from, to, thread) -> {
              for (long row = from; row < to; row++) {
                done.incrementAndGet((int) row);
              }
            });
        for (int row = 0; row < rows; row++) {
          assertThat(done.get(row)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  @Timeout(60)
  void sleepingHelpersWakeUp() {
    try (CpuThreads threads = new CpuThreads(3)) {
      for (int round = 0; round < 20; round++) {
        while (parkedAt(threads) < 2) {
          Thread.onSpinWait();
        }
        AtomicIntegerArray done = new AtomicIntegerArray(1);
        threads.overRows(1 << 20, 1, (from, to, thread) -> done.addAndGet(0, (int) (to - from)));
        assertThat(done.get(0)).isEqualTo(1 << 20);
      }
    }
  }

  /** Helpers that sleep: a parked thread says at what it waits. */
  private static long parkedAt(CpuThreads threads) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> LockSupport.getBlocker(thread) == threads)
        .count();
  }

  @Test
  void whatAPartThrowsReachesTheCallerAndTheThreadsGoOn() {
    try (CpuThreads threads = new CpuThreads(3)) {
      for (int round = 0; round < 100; round++) {
        assertThatIllegalStateException()
            .isThrownBy(
                () ->
                    threads.overEach(
                        9,
                        (from, to, thread) -> {
                          if (from == 7) {
                            throw new IllegalStateException("seven");
                          }
                        }))
            .withMessage("seven");
      }
      AtomicIntegerArray done = new AtomicIntegerArray(1);
      threads.overEach(9, (from, to, thread) -> done.incrementAndGet(0));
      assertThat(done.get(0)).isEqualTo(9);
    }
  }

  /** An impatient closer must not free memory that a helper still writes to. */
  @Test
  @Timeout(60)
  void anInterruptedCloserWaitsForAllHelpers() throws InterruptedException {
    CpuThreads threads = new CpuThreads(2);
    AtomicReference<Thread> helper = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () ->
                threads.overEach(
                    2,
                    (from, to, thread) -> {
                      if (thread == 1) {
                        helper.set(Thread.currentThread());
                        awaitQuietly(done);
                      }
                      while (helper.get() == null) {
                        Thread.onSpinWait();
                      }
                    }));
    caller.start();
    while (helper.get() == null) {
      Thread.onSpinWait();
    }
    AtomicBoolean helperEnded = new AtomicBoolean();
    Thread closer =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              threads.close();
              helperEnded.set(!helper.get().isAlive() && Thread.interrupted());
            });
    closer.start();
    while (closer.getState() != Thread.State.WAITING && closer.isAlive()) {
      Thread.onSpinWait();
    }
    done.countDown();
    closer.join();
    caller.join();
    assertThat(helperEnded).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closedThreadsTakeNoWork() {
    CpuThreads threads = new CpuThreads(2);
    threads.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> threads.overEach(2, (from, to, thread) -> {}));
  }
}
