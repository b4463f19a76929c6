package dev.switchyard.engine.observe;

import java.util.List;

/** A run's looks at its probes in bounded memory, evenly thinned out; the run folder has all. */
public final class ProbeLog {
  /** Looks that are kept at most. */
  public static final int MOST = 512;

  private final EvenLog<ProbeReport> looks = new EvenLog<>(MOST);

  /**
   * Adds a look.
   *
   * @return false where it is not newer than the last
   */
  public synchronized boolean add(ProbeReport report) {
    ProbeReport newest = looks.newest();
    if (newest != null && newest.step() >= report.step()) {
      return false;
    }
    looks.add(report);
    return true;
  }

  /** Those that are kept, oldest first. */
  public List<ProbeReport> snapshot() {
    return looks.snapshot();
  }
}
