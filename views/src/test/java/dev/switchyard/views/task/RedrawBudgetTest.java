package dev.switchyard.views.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RedrawBudgetTest {
  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(16);
  private static final long COST = TimeUnit.MILLISECONDS.toNanos(10);

  /** Draws for so many seconds; how many processors' share that took. */
  private static double share(RedrawBudget budget, double idle, double seconds) {
    long now = 0;
    long taken = 0;
    long pause = INTERVAL;
    while (now < seconds * 1e9) {
      now += pause;
      taken += COST;
      pause = budget.pause(INTERVAL, COST, pause, idle);
    }
    return (double) taken / now;
  }

  @Test
  void whereTrainingNeedsAllProcessorsPicturesTakeTheirSmallShare() {
    RedrawBudget budget = new RedrawBudget();
    share(budget, 0, 60); // what was saved up is spent
    assertThat(share(budget, 0, 600)).isBetween(0.9 * least(), 1.1 * least());
    assertThat(share(budget, 0.4, 600)).isBetween(0.9 * least(), 1.1 * least());
  }

  private static double least() {
    return RedrawBudget.LEAST_SHARE;
  }

  @Test
  void whereProcessorsAreIdleEveryFrameIsDrawn() {
    assertThat(share(new RedrawBudget(), 1.6, 10)).isGreaterThan(0.6);
  }

  @Test
  void afterAQuietTimeThereIsALivelyMoment() {
    RedrawBudget budget = new RedrawBudget();
    share(budget, 0, 60);
    long quiet = TimeUnit.MINUTES.toNanos(1);
    assertThat(budget.pause(INTERVAL, COST, quiet, 0)).isEqualTo(INTERVAL);
    for (int picture = 0; picture < 20; picture++) {
      assertThat(budget.pause(INTERVAL, COST, INTERVAL, 0)).isEqualTo(INTERVAL);
    }
  }

  @Test
  void aPictureThatCostsMuchIsNotLateForEver() {
    long enormous = TimeUnit.MINUTES.toNanos(1);
    RedrawBudget budget = new RedrawBudget();
    assertThat(budget.pause(INTERVAL, enormous, INTERVAL, 0)).isEqualTo(RedrawBudget.LONGEST_PAUSE);
    assertThat(budget.pause(INTERVAL, 0, RedrawBudget.LONGEST_PAUSE, 0)).isEqualTo(INTERVAL);
  }
}
