package dev.switchyard.app.terminal;

import java.time.Duration;
import java.util.function.DoubleConsumer;

/**
 * How far files are read or written before a command does its work: a line that a person sees only
 * where it takes a while.
 */
public final class DataProgress implements DoubleConsumer {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Terminal terminal;
  private final String work;
  private final long start = System.nanoTime();
  private boolean shown;

  /** Progress of reading a run's data on a terminal; in a pipe nothing is written. */
  public DataProgress(Terminal terminal) {
    this(terminal, "reading the data");
  }

  /**
   * The same of other work.
   *
   * @param work what is done, such as "copying the weights"
   */
  public DataProgress(Terminal terminal, String work) {
    this.terminal = terminal;
    this.work = work;
  }

  @Override
  public synchronized void accept(double share) {
    if (terminal.isInteractive() && System.nanoTime() - start > PATIENCE.toNanos()) {
      shown = true;
      terminal.out().print("\r" + work + ": " + Figures.percent(share) + Terminal.ERASE_LINE);
      terminal.out().flush();
    }
  }

  /** Takes the line away. */
  public synchronized void end() {
    if (shown) {
      shown = false;
      terminal.out().print("\r" + Terminal.ERASE_LINE);
      terminal.out().flush();
    }
  }
}
