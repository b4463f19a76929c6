package dev.switchyard.app.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javafx.application.Platform;

/**
 * How long the window's thread kept others waiting: a thread of its own asks it for a turn, again
 * and again, and notes the longest wait.
 */
final class StallMeter implements AutoCloseable {
  private static final long PAUSE_MILLIS = 2;

  private final AtomicLong longest = new AtomicLong();
  private final Thread asking = new Thread(this::ask, "stall-meter");
  private volatile boolean open = true;

  StallMeter() {
    asking.setDaemon(true);
    asking.start();
  }

  private void ask() {
    while (open) {
      CountDownLatch had = new CountDownLatch(1);
      long asked = System.nanoTime();
      Platform.runLater(had::countDown);
      try {
        if (!had.await(1, TimeUnit.MINUTES)) {
          throw new IllegalStateException("The window's thread did not answer within a minute");
        }
        longest.accumulateAndGet(System.nanoTime() - asked, Math::max);
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** The longest wait since this was last asked, milliseconds. */
  double takeLongestMillis() {
    return longest.getAndSet(0) / 1e6;
  }

  @Override
  public void close() throws InterruptedException {
    open = false;
    asking.join();
  }
}
