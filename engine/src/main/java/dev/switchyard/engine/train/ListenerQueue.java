package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what a run does, in order, on a thread of its own. Giving something to it never
 * waits: when listeners are far behind, the oldest step reports that they have not heard are left
 * out; events and states never are.
 */
final class ListenerQueue {
  /** Step reports that may wait. */
  static final int MOST_STEPS = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ListenerQueue.class);

  private sealed interface News {
    record Step(StepReport report) implements News {}

    record Event(RunEvent event) implements News {}

    record Probes(ProbeReport report) implements News {}

    record State(RunState state) implements News {}

    record End() implements News {}
  }

  private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
  private final Deque<News> waiting = new ArrayDeque<>();
  private int waitingSteps;
  private final Thread thread;

  ListenerQueue(String run) {
    thread = Thread.ofPlatform().name("listeners of " + run).daemon().start(this::work);
  }

  AutoCloseable add(RunListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void step(StepReport report) {
    put(new News.Step(report));
  }

  void event(RunEvent event) {
    put(new News.Event(event));
  }

  void probes(ProbeReport report) {
    put(new News.Probes(report));
  }

  void state(RunState state) {
    put(new News.State(state));
  }

  /** Nothing follows: the thread ends when all is heard. */
  void end() {
    put(new News.End());
  }

  /** Waits until all is heard; at once where a listener itself asks. */
  void awaitEnd() throws InterruptedException {
    if (!Thread.currentThread().equals(thread)) {
      thread.join();
    }
  }

  private synchronized void put(News news) {
    if (news instanceof News.Step) {
      if (waitingSteps == MOST_STEPS) {
        leaveOutOldestStep();
      }
      waitingSteps++;
    }
    waiting.add(news);
    notifyAll();
  }

  private void leaveOutOldestStep() {
    for (Iterator<News> each = waiting.iterator(); each.hasNext(); ) {
      if (each.next() instanceof News.Step) {
        each.remove();
        waitingSteps--;
        return;
      }
    }
  }

  private synchronized News take() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    News news = waiting.remove();
    if (news instanceof News.Step) {
      waitingSteps--;
    }
    return news;
  }

  private void work() {
    try {
      for (News news = take(); !(news instanceof News.End); news = take()) {
        for (RunListener listener : listeners) {
          tell(listener, news);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(RunListener listener, News news) {
    try {
      switch (news) {
        case News.Step step -> listener.onStep(step.report());
        case News.Event event -> listener.onEvent(event.event());
        case News.Probes probes -> listener.onProbes(probes.report());
        case News.State state -> listener.onState(state.state());
        case News.End end -> {}
      }
    } catch (RuntimeException e) {
      LOG.warn("A listener of a training run failed", e);
    }
  }
}
