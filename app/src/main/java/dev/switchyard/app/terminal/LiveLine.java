package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Progress on a terminal: one line that is written over, and a line of its own for each event. */
public final class LiveLine implements Progress {
  /** More often than this nobody can read. */
  private static final Duration REDRAW = Duration.ofMillis(100);

  private final Terminal terminal;
  private final long steps;
  private final Pace pace;
  private long drawn;
  private String line = "";

  /** Progress of a run of so many steps. */
  public LiveLine(Terminal terminal, long steps) {
    this(terminal, steps, System::nanoTime);
  }

  LiveLine(Terminal terminal, long steps, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.steps = steps;
    this.pace = new Pace(steps, nanoTime);
    this.drawn = pace.now() - REDRAW.toNanos();
  }

  @Override
  public synchronized void onStep(StepReport report) {
    pace.step(report);
    line = ProgressText.step(report, steps, pace.secondsLeft());
    if (pace.isPast(drawn, REDRAW) || report.step() == steps) {
      drawn = pace.now();
      draw();
    }
  }

  @Override
  public synchronized void onEvent(RunEvent event) {
    String text = ProgressText.event(event);
    if (!text.isEmpty()) {
      terminal.out().print("\r" + Terminal.ERASE_LINE + text + System.lineSeparator());
      draw();
    }
  }

  @Override
  public synchronized void end() {
    if (!line.isEmpty()) {
      draw();
      terminal.out().println();
      line = "";
    }
  }

  /** A line as wide as the terminal would wrap, and could then not be written over. */
  private void draw() {
    String fitting = line.substring(0, Math.min(line.length(), Terminal.WIDTH - 1));
    terminal.out().print("\r" + fitting + Terminal.ERASE_LINE);
    terminal.out().flush();
  }
}
