package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.StepReport;
import java.util.ArrayList;
import java.util.List;

/**
 * A run's reports in bounded memory: the newest are all there; of the older ones, once there are
 * very many, every second, then every fourth, and so on. The run folder has all.
 */
final class ReportLog {
  /** So many of the newest are never thinned out. */
  static final int NEWEST = 4096;

  static final int MOST = 4 * NEWEST;

  private final List<StepReport> reports = new ArrayList<>();
  private long stride = 1;

  synchronized void add(StepReport report) {
    reports.add(report);
    if (reports.size() > MOST) {
      thinOut();
    }
  }

  /** Leaves room for a while: else every new report would thin out again. */
  private void thinOut() {
    List<StepReport> kept = thinnedOut();
    while (kept.size() > MOST - NEWEST) {
      stride *= 2;
      kept = thinnedOut();
    }
    reports.clear();
    reports.addAll(kept);
  }

  private List<StepReport> thinnedOut() {
    int old = reports.size() - NEWEST;
    List<StepReport> kept = new ArrayList<>(MOST);
    for (int i = 0; i < reports.size(); i++) {
      if (i >= old || reports.get(i).step() % stride == 0) {
        kept.add(reports.get(i));
      }
    }
    return kept;
  }

  synchronized List<StepReport> snapshot() {
    return List.copyOf(reports);
  }
}
