package dev.switchyard.engine.store;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Follows a run that another process writes; each reading hands over what came since the last,
 * steps and looks never twice. Nothing of it is held here. Not for several threads at once.
 */
public final class RunTail {
  private final LineTail metrics;
  private final LineTail events;
  private final LineTail probes;
  private long step;
  private long probeStep = -1;
  private long eventTime = Long.MIN_VALUE;

  /** Begins with the run's first line. */
  public RunTail(Path folder) {
    metrics = new LineTail(folder.resolve(RunFolder.METRICS));
    events = new LineTail(folder.resolve(RunFolder.EVENTS));
    probes = new LineTail(folder.resolve(RunFolder.PROBES));
  }

  /** The steps that came. */
  public void steps(Consumer<StepReport> each) {
    metrics.read(
        line -> {
          long number = line.path("step").asLong();
          if (number > step) {
            step = number;
            each.accept(ReportJson.report(line));
          }
        });
  }

  /** What happened; where the file was cut and grew again, what is newer than all before. */
  public void events(Consumer<RunEvent> each) {
    long before = eventTime;
    events.read(
        line -> {
          RunEvent event = ReportJson.event(line);
          if (!events.hasBegunAnew() || event.time() > before) {
            eventTime = Math.max(eventTime, event.time());
            each.accept(event);
          }
        });
  }

  /** The looks at the probes that came. */
  public void probes(Consumer<ProbeReport> each) {
    probes.read(
        line -> {
          long number = line.path("step").asLong();
          if (number > probeStep) {
            probeStep = number;
            each.accept(ProbeJson.report(line));
          }
        });
  }
}
