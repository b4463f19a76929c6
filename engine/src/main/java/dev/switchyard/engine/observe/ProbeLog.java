package dev.switchyard.engine.observe;

import java.util.ArrayList;
import java.util.List;

/**
 * A run's looks at its probes in bounded memory: whenever there are too many, every second goes;
 * the first and the newest always stay. The run folder has all. May be used by several threads.
 */
public final class ProbeLog {
  /** Looks that are kept at most; even. */
  public static final int MOST = 512;

  private final List<ProbeReport> reports = new ArrayList<>();
  private long stride = 1;
  private long count;

  /**
   * Adds a look.
   *
   * @return false where it is not newer than the last
   */
  public synchronized boolean add(ProbeReport report) {
    if (!reports.isEmpty() && reports.getLast().step() >= report.step()) {
      return false;
    }
    // The newest stays until there is a newer one, even if its turn has not come.
    if (count > 0 && (count - 1) % stride != 0) {
      reports.removeLast();
    }
    reports.add(report);
    count++;
    if (reports.size() > MOST) {
      List<ProbeReport> kept = new ArrayList<>(MOST);
      for (int i = 0; i < reports.size(); i += 2) {
        kept.add(reports.get(i));
      }
      stride *= 2;
      reports.clear();
      reports.addAll(kept);
    }
    return true;
  }

  /** Those that are kept, oldest first. */
  public synchronized List<ProbeReport> snapshot() {
    return List.copyOf(reports);
  }
}
