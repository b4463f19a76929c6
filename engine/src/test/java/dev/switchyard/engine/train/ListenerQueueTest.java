package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory for what listeners have not heard and for reports is bounded, however long a run is. */
@Timeout(60)
final class ListenerQueueTest {
  @Test
  void aListenerFarBehindMissesOldStepsButNoEventAndNoState() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<String> heard = new ArrayList<>();
    ListenerQueue queue = new ListenerQueue("test");
    var unused =
        queue.add(
            new RunListener() {
              @Override
              public void onStep(StepReport report) {
                heard.add("step " + report.step());
              }

              @Override
              public void onEvent(RunEvent event) {
                heard.add(event.kind());
              }

              @Override
              public void onState(RunState state) {
                heard.add(state.name());
                busy.countDown();
                try {
                  release.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    queue.state(RunState.RUNNING);
    busy.await();
    queue.event(new RunEvent(0, 0, "started", "", Map.of()));
    int steps = ListenerQueue.MOST_STEPS + 500;
    for (int step = 1; step <= steps; step++) {
      queue.step(report(step));
    }
    queue.event(new RunEvent(0, steps, "finished", "", Map.of()));
    queue.end();
    release.countDown();
    queue.awaitEnd();

    assertThat(heard).startsWith("RUNNING", "started", "step 501", "step 502").endsWith("finished");
    assertThat(heard).hasSize(ListenerQueue.MOST_STEPS + 3).contains("step " + steps);
  }

  @Test
  void aLogOfReportsKeepsTheNewestAndThinsOutTheOld() {
    ReportLog log = new ReportLog();
    int steps = 200_000;
    for (int step = 1; step <= steps; step++) {
      log.add(report(step));
    }
    List<Long> kept = log.snapshot().stream().map(StepReport::step).toList();
    assertThat(kept).hasSizeLessThanOrEqualTo(ReportLog.MOST).isSorted().doesNotHaveDuplicates();
    assertThat(kept.subList(kept.size() - ReportLog.NEWEST, kept.size()))
        .first()
        .isEqualTo((long) steps - ReportLog.NEWEST + 1);
    // The old ones lie evenly, so that a curve drawn through them keeps its shape.
    assertThat(kept.get(1) - kept.get(0)).isEqualTo(kept.get(1001) - kept.get(1000));
  }

  private static StepReport report(long step) {
    return new StepReport(
        step, 0, new StepReport.ModelReport(step, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of()), null);
  }
}
