package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A run live on a terminal of 80 x 24: both losses as curves and figures, the speed-up, dropped
 * tokens, and a bar for each expert's load.
 */
public final class Dashboard implements Progress {
  private static final Duration REDRAW = Duration.ofMillis(125);
  private static final int WIDTH = Terminal.WIDTH - 2;
  private static final int CURVE_ROWS = 6;

  /** As in the speed-up: a step's noise is larger than a step's progress. */
  private static final double NEWEST = 0.05;

  private final Terminal terminal;
  private final Style style;
  private final String title;
  private final Duration budget;
  private final LongSupplier nanoTime;
  private final long start;
  private final RunTally tally = new RunTally();
  private final List<Double> sparse = new ArrayList<>();
  private final List<Double> twin = new ArrayList<>();
  private long drawn;
  private int linesOnScreen;

  /**
   * A dashboard.
   *
   * @param title what is trained
   * @param budget the time that the run may take
   */
  public Dashboard(Terminal terminal, String title, Duration budget) {
    this(terminal, title, budget, System::nanoTime);
  }

  Dashboard(Terminal terminal, String title, Duration budget, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.style = terminal.style();
    this.title = title;
    this.budget = budget;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.drawn = start - REDRAW.toNanos();
  }

  @Override
  public synchronized void onStep(StepReport report) {
    tally.onStep(report);
    extend(sparse, report.model().crossEntropy());
    if (report.twin() != null) {
      extend(twin, report.twin().crossEntropy());
    }
    long now = nanoTime.getAsLong();
    if (now - drawn >= REDRAW.toNanos()) {
      drawn = now;
      draw();
    }
  }

  @Override
  public synchronized void end() {
    if (tally.last() != null) {
      draw();
    }
    if (linesOnScreen > 0) {
      terminal.out().print(Terminal.SHOW_CURSOR);
      terminal.out().flush();
      linesOnScreen = 0;
    }
  }

  /** The lines of the screen as it stands. */
  synchronized List<String> lines() {
    StepReport last = tally.last();
    List<String> lines = new ArrayList<>();
    lines.add(style.bold(title));
    lines.add(style.dim(clock(last)));
    lines.add("");
    lines.addAll(
        new CurvePlot(WIDTH, CURVE_ROWS)
            .draw(
                List.of(
                    new CurvePlot.Curve(sparse, style::sparse),
                    new CurvePlot.Curve(twin, style::twin))));
    lines.add(style.dim("       cross entropy, nats a token, from the first step to now"));
    lines.add("");
    lines.add(quality(last));
    lines.add(router(last));
    lines.add("");
    addBars(lines, last);
    return lines;
  }

  private String clock(StepReport last) {
    double seconds = (nanoTime.getAsLong() - start) / 1e9;
    return "step %s   %s tokens a second   %s of %s"
        .formatted(
            Figures.count(last.step()),
            Figures.rate(last.model().tokensPerSecond()),
            Figures.duration(seconds),
            Figures.duration(budget.toSeconds()));
  }

  private String quality(StepReport last) {
    StringBuilder line = new StringBuilder();
    line.append(style.sparse("Switch " + Figures.loss(sparse.getLast())));
    if (!twin.isEmpty()) {
      line.append("   ").append(style.twin("dense twin " + Figures.loss(twin.getLast())));
    }
    SpeedUp.Result sooner = tally.speedUp();
    if (sooner != null && sooner.steps() > 1) {
      line.append("   ")
          .append(
              style.good(
                  "the twin's quality in 1/" + Figures.factor(sooner.steps()) + " of the steps"));
    } else if (last.step() > 1 && sooner != null) {
      line.append(style.dim("   the twin is still ahead"));
    }
    return line.toString();
  }

  private String router(StepReport last) {
    String dropped = "dropped tokens " + Figures.percent(last.model().droppedFraction());
    boolean many = last.model().droppedFraction() > 0.1;
    return (many ? style.alarm(dropped) : dropped)
        + "   load-balancing loss "
        + Figures.factor(last.model().loadBalancingLoss())
        + style.dim(" (1 is balanced)");
  }

  private void addBars(List<String> lines, StepReport last) {
    if (last.model().layers().isEmpty()) {
      return;
    }
    lines.addAll(new LoadBars(style).lines(last.model().layers().getLast()));
  }

  /** Writes over the frame before, line by line: erasing the screen first would flicker. */
  private void draw() {
    List<String> lines = lines();
    StringBuilder frame = new StringBuilder();
    frame.append(linesOnScreen == 0 ? Terminal.HIDE_CURSOR : "\u001b[" + linesOnScreen + "A");
    for (String line : lines) {
      frame.append('\r').append(line).append(Terminal.ERASE_LINE).append('\n');
    }
    linesOnScreen = lines.size();
    terminal.out().print(frame);
    terminal.out().flush();
  }

  private static void extend(List<Double> curve, double value) {
    curve.add(curve.isEmpty() ? value : curve.getLast() + NEWEST * (value - curve.getLast()));
  }
}
