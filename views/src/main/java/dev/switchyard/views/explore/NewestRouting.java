package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.views.task.Tasks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Asks a microscope for routings, one at a time. While one is computed only the newest request
 * waits, so that a slider that moves shows picture after picture and never falls behind.
 */
final class NewestRouting {
  /**
   * The answer to a request.
   *
   * @param request that was asked
   * @param untouched each group as the model routes it
   * @param shown each group with the what-if; the same where nothing is changed or it can't be
   * @param differences of each group; null where there is none
   * @param whatIfProblem why the what-if can't be; null where it can
   */
  record Answer(
      Request request,
      List<RoutingTrace> untouched,
      List<RoutingTrace> shown,
      List<RoutingDifference> differences,
      Throwable whatIfProblem) {}

  private record Asked(Microscope microscope, Request request, List<RoutingTrace> known) {}

  private final Tasks tasks;
  private final Consumer<Answer> apply;
  private final Consumer<Throwable> failed;
  private Object key = new Object();
  private Asked waiting;
  private boolean asking;

  NewestRouting(Tasks tasks, Consumer<Answer> apply, Consumer<Throwable> failed) {
    this.tasks = tasks;
    this.apply = apply;
    this.failed = failed;
  }

  /**
   * Asks.
   *
   * @param known the untouched traces of the same texts; null where they are to be computed
   */
  void ask(Microscope microscope, Request request, List<RoutingTrace> known) {
    waiting = new Asked(microscope, request, known);
    if (!asking) {
      next();
    }
  }

  /** What is asked or waits is not wanted any more. */
  void forget() {
    tasks.forget(key);
    key = new Object();
    waiting = null;
    asking = false;
  }

  private void next() {
    Asked now = waiting;
    if (now == null) {
      return;
    }
    waiting = null;
    asking = true;
    tasks.follow(
        key,
        "",
        () -> answer(now),
        answer -> {
          asking = false;
          apply.accept(answer);
          next();
        },
        problem -> {
          asking = false;
          failed.accept(problem);
          next();
        });
  }

  private static CompletableFuture<Answer> answer(Asked asked) {
    Request request = asked.request();
    CompletableFuture<List<RoutingTrace>> untouched =
        asked.known() == null
            ? asked.microscope().routeAll(request.untouched())
            : CompletableFuture.completedFuture(asked.known());
    if (request.whatIf().isNothing()) {
      return untouched.thenApply(own -> unchanged(request, own, null));
    }
    CompletableFuture<Answer> changed =
        asked
            .microscope()
            .routeAll(request)
            .handle((traces, problem) -> new Answer(request, null, traces, null, problem));
    return untouched.thenCombine(
        changed,
        (own, other) ->
            other.whatIfProblem() == null
                ? new Answer(request, own, other.shown(), differences(own, other.shown()), null)
                : unchanged(request, own, other.whatIfProblem()));
  }

  private static Answer unchanged(Request request, List<RoutingTrace> own, Throwable problem) {
    return new Answer(
        request, own, own, Collections.nCopies(own.size(), (RoutingDifference) null), problem);
  }

  private static List<RoutingDifference> differences(
      List<RoutingTrace> own, List<RoutingTrace> shown) {
    List<RoutingDifference> differences = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      boolean both = i < own.size() && RoutingDifference.comparable(own.get(i), shown.get(i));
      differences.add(both ? RoutingDifference.of(own.get(i), shown.get(i)) : null);
    }
    return differences;
  }
}
