package dev.switchyard.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PatienceTest {
  private static final long LIMIT = Duration.ofSeconds(2).toNanos();

  private final AtomicLong clock = new AtomicLong(-50);
  private final Patience patience = new Patience(LIMIT, clock::get);

  private void waitWhileTheClockMoves(Duration by) throws InterruptedException {
    patience.slice(nanos -> clock.addAndGet(by.toNanos()));
  }

  @Test
  void endsAfterTheLimit() throws InterruptedException {
    long begin = clock.get();
    while (!patience.isOver()) {
      patience.slice(clock::addAndGet);
    }
    assertThat(clock.get() - begin).isEqualTo(LIMIT);
  }

  @Test
  void countsWhatAWaitCutShortTook() throws InterruptedException {
    for (int i = 0; i < 1999; i++) {
      waitWhileTheClockMoves(Duration.ofMillis(1));
    }
    assertThat(patience.isOver()).isFalse();
    waitWhileTheClockMoves(Duration.ofMillis(1));
    assertThat(patience.isOver()).isTrue();
  }

  /** The program was stopped, or the computer slept. */
  @Test
  void aJumpOfTheClockCountsAsOneSlice() throws InterruptedException {
    waitWhileTheClockMoves(Duration.ofHours(1));
    for (int i = 0; i < 18; i++) {
      waitWhileTheClockMoves(Duration.ofMillis(100));
    }
    assertThat(patience.isOver()).isFalse();
    waitWhileTheClockMoves(Duration.ofHours(8));
    assertThat(patience.isOver()).isTrue();
  }
}
