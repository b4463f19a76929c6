package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run that this program trains, and what it has told so far. */
public final class RunSession implements Session, RunListener, AutoCloseable {
  private final TrainingRun run;
  private final RunHistory history = new RunHistory();
  private final List<RunEvent> events = new ArrayList<>();
  private final List<StepReport> early = new ArrayList<>();
  private final List<RunEvent> earlyEvents = new ArrayList<>();
  private final List<ProbeReport> earlyProbes = new ArrayList<>();
  private final AutoCloseable listening;
  private boolean caughtUp;

  /** Starts to listen, and reads what the run did before; takes a while for a long run. */
  public RunSession(TrainingRun run) {
    this.run = run;
    listening = run.listen(this);
    List<StepReport> past = run.reports();
    List<RunEvent> pastEvents = run.events();
    List<ProbeReport> pastProbes = run.probes();
    synchronized (this) {
      past.forEach(history::add);
      early.forEach(history::add);
      pastProbes.forEach(history::add);
      earlyProbes.forEach(history::add);
      earlyProbes.clear();
      events.addAll(pastEvents);
      earlyEvents.stream().filter(e -> !pastEvents.contains(e)).forEach(events::add);
      early.clear();
      earlyEvents.clear();
      caughtUp = true;
    }
  }

  @Override
  public synchronized void onStep(StepReport report) {
    if (caughtUp) {
      history.add(report);
    } else {
      early.add(report);
    }
  }

  @Override
  public synchronized void onEvent(RunEvent event) {
    (caughtUp ? events : earlyEvents).add(event);
  }

  @Override
  public synchronized void onProbes(ProbeReport look) {
    if (caughtUp) {
      history.add(look);
    } else {
      earlyProbes.add(look);
    }
  }

  /** The run itself, for commands. */
  public TrainingRun run() {
    return run;
  }

  /** Whether the run has ended. */
  public boolean isOver() {
    return run.state().isOver();
  }

  @Override
  public String name() {
    return run.folder().getFileName().toString();
  }

  @Override
  public RunConfig config() {
    return run.config();
  }

  @Override
  public String state() {
    return run.state().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String failure() {
    return run.state() == RunState.FAILED
        ? run.failure().orElse("The run failed; the log has the details.")
        : "";
  }

  @Override
  public synchronized List<RunEvent> events() {
    return List.copyOf(events);
  }

  @Override
  public long memoryBytes() {
    return run.memoryBytes();
  }

  @Override
  public boolean isElsewhere() {
    return !run.isTrainedHere() && !isOver();
  }

  @Override
  public long step() {
    return run.step();
  }

  @Override
  public long steps() {
    return run.config().training().steps();
  }

  @Override
  public RunHistory history() {
    return history;
  }

  /** Stops to listen; the run goes on. */
  @Override
  public void close() throws Exception {
    listening.close();
  }
}
