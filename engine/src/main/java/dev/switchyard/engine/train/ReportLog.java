package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.ArrayList;
import java.util.List;

/**
 * A run's reports in bounded memory: the newest are all there; of the older ones, once there are
 * very many, every second, then every fourth, and so on. Reports of many layers and experts are
 * large: of them fewer are kept. The run folder has all.
 */
final class ReportLog {
  /** So many of the newest are never thinned out. */
  static final int NEWEST = 4096;

  static final int MOST = 4 * NEWEST;

  /** What all of them take at most, about. */
  private static final long BYTES = 96L << 20;

  private static final int LEAST_NEWEST = 64;
  private static final long BYTES_OF_REPORT = 400;
  private static final long BYTES_OF_LAYER = 140;

  private final List<StepReport> reports = new ArrayList<>();
  private long stride = 1;
  private int newest;

  /** How many of the newest of such reports are kept whole; four times as many are kept at most. */
  static int newest(StepReport report) {
    long bytes = BYTES_OF_REPORT;
    for (LayerReport layer : report.model().layers()) {
      bytes += BYTES_OF_LAYER + (long) Float.BYTES * layer.load().length;
    }
    return (int) Math.clamp(BYTES / bytes / 4, LEAST_NEWEST, NEWEST);
  }

  synchronized void add(StepReport report) {
    newest = newest == 0 ? newest(report) : newest;
    reports.add(report);
    if (reports.size() > 4 * newest) {
      thinOut();
    }
  }

  /** Leaves room for a while: else every new report would thin out again. */
  private void thinOut() {
    List<StepReport> kept = thinnedOut();
    while (kept.size() > 3 * newest) {
      stride *= 2;
      kept = thinnedOut();
    }
    reports.clear();
    reports.addAll(kept);
  }

  private List<StepReport> thinnedOut() {
    int old = reports.size() - newest;
    List<StepReport> kept = new ArrayList<>(4 * newest);
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
