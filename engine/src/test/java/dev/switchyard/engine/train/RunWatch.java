package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Hears a run, and waits for what it is to say. */
final class RunWatch implements RunListener {
  private static final long PATIENCE_SECONDS = 120;

  final List<StepReport> reports = new CopyOnWriteArrayList<>();
  final List<RunEvent> events = new CopyOnWriteArrayList<>();
  private final BlockingQueue<RunState> states = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> steps = new LinkedBlockingQueue<>();

  static RunWatch of(TrainingRun run) {
    RunWatch watch = new RunWatch();
    var unused = run.listen(watch);
    return watch;
  }

  @Override
  public void onStep(StepReport report) {
    reports.add(report);
    steps.add(report.step());
  }

  @Override
  public void onEvent(RunEvent event) {
    events.add(event);
  }

  @Override
  public void onState(RunState state) {
    states.add(state);
  }

  /** Waits for the next change of state, which must be to this one. */
  void next(RunState expected) throws InterruptedException {
    RunState state = states.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (state != expected) {
      throw new AssertionError("Expected %s, but the run became %s".formatted(expected, state));
    }
  }

  /** Waits until a step is heard of. */
  void step(long expected) throws InterruptedException {
    Long step;
    do {
      step = steps.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (step == null) {
        throw new AssertionError("Step %d was not heard of".formatted(expected));
      }
    } while (step < expected);
  }

  List<String> kinds() {
    return events.stream().map(RunEvent::kind).toList();
  }
}
