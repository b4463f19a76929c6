package dev.switchyard.views.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.configuration.InputException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.testfx.framework.junit5.ApplicationTest;
import org.testfx.util.WaitForAsyncUtils;

class TasksTest extends ApplicationTest {
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<String> applied = new CopyOnWriteArrayList<>();
  private final Tasks tasks =
      new Tasks(
          new Notices() {
            @Override
            public void done(String message) {
              told.add(message);
            }

            @Override
            public void problem(String message, String details) {
              told.add(message);
            }
          });

  @AfterEach
  void close() {
    tasks.close();
  }

  private void follow(String key, CompletableFuture<String> work) {
    interact(() -> tasks.follow(key, "", () -> work, applied::add, tasks::tell));
  }

  @Test
  void theNewestOfAKeyWinsWhateverTheOrderOfTheirEnds() {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    CompletableFuture<String> other = new CompletableFuture<>();
    follow("route", first);
    follow("route", second);
    follow("lists", other);
    second.complete("second");
    first.complete("first");
    other.complete("other");
    WaitForAsyncUtils.waitForFxEvents();
    assertThat(applied).containsExactly("second", "other");
  }

  @Test
  void whatIsForgottenIsNotApplied() {
    CompletableFuture<String> work = new CompletableFuture<>();
    follow("route", work);
    interact(() -> tasks.forget("route"));
    work.complete("late");
    WaitForAsyncUtils.waitForFxEvents();
    assertThat(applied).isEmpty();
  }

  @Test
  void aPersonReadsTheLineOfAnInputProblem() {
    follow(
        "open",
        CompletableFuture.failedFuture(new InputException("No such model: choose another.")));
    WaitForAsyncUtils.waitForFxEvents();
    assertThat(told).containsExactly("No such model: choose another.");
  }

  @Test
  void anythingElsePointsToTheLog() {
    follow("open", CompletableFuture.failedFuture(new IllegalStateException("queue is shut")));
    WaitForAsyncUtils.waitForFxEvents();
    assertThat(told)
        .containsExactly("Something went wrong: queue is shut. The log has the details.");
  }

  @Test
  void whatIsStoppedEndsAtOnceAndWhatItMadeIsClosed() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    List<String> failed = new CopyOnWriteArrayList<>();
    interact(
        () ->
            tasks.run(
                "open",
                "opening",
                progress -> {
                  progress.set(0.5);
                  assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
                  assertThat(progress.isWanted()).isFalse();
                  return (AutoCloseable) closed::countDown;
                },
                made -> applied.add("made"),
                problem -> failed.add(problem.getClass().getSimpleName())));
    interact(() -> tasks.entries().getFirst().cancel());
    assertThat(failed).containsExactly("CancellationException");
    assertThat(tasks.busyProperty().get()).isEmpty();
    stopped.countDown();
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    WaitForAsyncUtils.waitForFxEvents();
    assertThat(applied).isEmpty();
    assertThat(tasks.entries().getFirst().stateProperty().get()).isEqualTo(TaskEntry.State.STOPPED);
  }
}
