package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Progress in a pipe or a file: a line for the first step, the last, and every few seconds. */
public final class PlainLines implements Progress {
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final PrintStream out;
  private final long steps;
  private final Pace pace;
  private long written;
  private StepReport unwritten;

  /** Progress of a run of so many steps. */
  public PlainLines(PrintStream out, long steps) {
    this(out, steps, System::nanoTime);
  }

  PlainLines(PrintStream out, long steps, LongSupplier nanoTime) {
    this.out = out;
    this.steps = steps;
    this.pace = new Pace(steps, nanoTime);
    this.written = pace.now() - INTERVAL.toNanos();
  }

  @Override
  public synchronized void onStep(StepReport report) {
    pace.step(report);
    unwritten = report;
    if (pace.isPast(written, INTERVAL) || report.step() == steps) {
      write();
    }
  }

  @Override
  public synchronized void onEvent(RunEvent event) {
    String text = ProgressText.event(event);
    if (!text.isEmpty()) {
      out.println(text);
    }
  }

  @Override
  public synchronized void end() {
    if (unwritten != null) {
      write();
    }
  }

  private void write() {
    out.println(ProgressText.step(unwritten, steps, pace.secondsLeft()));
    unwritten = null;
    written = pace.now();
  }
}
