package dev.switchyard.app.terminal;

import java.time.Duration;
import java.util.function.DoubleConsumer;

/** How far the data of a new run is read: a line that a person sees only where it takes a while. */
public final class DataProgress implements DoubleConsumer {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Terminal terminal;
  private final long start = System.nanoTime();
  private boolean shown;

  /** Progress on a terminal; in a pipe nothing is written. */
  public DataProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void accept(double share) {
    if (terminal.isInteractive() && System.nanoTime() - start > PATIENCE.toNanos()) {
      shown = true;
      terminal.out().print("\rreading the data: " + Figures.percent(share) + Terminal.ERASE_LINE);
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
