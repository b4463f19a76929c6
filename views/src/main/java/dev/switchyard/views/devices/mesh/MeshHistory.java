package dev.switchyard.views.devices.mesh;

import dev.switchyard.engine.observe.DeviceBalance;
import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepTable;
import dev.switchyard.engine.observe.StepTable.Keep;
import java.util.ArrayList;
import java.util.List;

/**
 * What the devices of a run did in its steps, in bounded memory: the balance of all steps, and the
 * whole of some, evenly spread. Reports are added on whatever thread they come.
 */
final class MeshHistory implements RunListener {
  private static final int ROWS = 1024;

  /** Reports of devices that are kept: a few hundred bytes for each kind of exchange. */
  private static final int MOST_REPORTS = 16_384;

  private static final int MOST_STEPS = 512;
  private static final int FEWEST_STEPS = 64;

  /** Columns of the table. */
  static final int STEP = 0;

  static final int TOKENS = 1;
  static final int COMPUTE = 2;
  static final int WAITING = 3;
  static final int EXCHANGING = 4;
  static final int SECONDS = 5;

  /** A step with its devices. */
  record Step(long number, List<DeviceReport> devices) {}

  /**
   * A run at one moment.
   *
   * @param version grows with every report
   * @param steps those that are kept whole, the newest always among them
   * @param balance columns by the constants above
   * @param lastStep that was reported, with devices or without; 0 before the first
   */
  record Snapshot(long version, List<Step> steps, double[][] balance, long lastStep) {
    static final Snapshot EMPTY = new Snapshot(0, List.of(), new double[6][0], 0);
  }

  private final StepTable balance =
      new StepTable(ROWS, Keep.LAST, Keep.MEAN, Keep.MEAN, Keep.MEAN, Keep.MEAN, Keep.MEAN);
  private final List<Step> kept = new ArrayList<>();
  private List<StepReport> early = new ArrayList<>();
  private Step newest;
  private long lastStep;
  private long version;
  private long stride = 1;
  private long seen;

  /** Takes over the steps that were made before this listened; those heard meanwhile follow. */
  synchronized void catchUp(List<StepReport> past) {
    List<StepReport> heard = early;
    early = null;
    past.forEach(this::onStep);
    heard.forEach(this::onStep);
  }

  /** Adds the report of a step; one that is not newer than the last is passed over. */
  @Override
  public synchronized void onStep(StepReport report) {
    if (early != null) {
      early.add(report);
    } else if (report.step() > lastStep) {
      add(report);
    }
  }

  private void add(StepReport report) {
    lastStep = report.step();
    version++;
    if (report.devices().isEmpty()) {
      return;
    }
    DeviceBalance now = DeviceBalance.of(report.devices());
    balance.add(
        report.step(), now.tokens(), now.compute(), now.waiting(), now.exchanging(), now.seconds());
    newest = new Step(report.step(), report.devices());
    if (seen++ % stride == 0) {
      kept.add(newest);
      if (kept.size()
          > Math.clamp(MOST_REPORTS / newest.devices().size(), FEWEST_STEPS, MOST_STEPS)) {
        thinOut();
      }
    }
  }

  private void thinOut() {
    List<Step> half = new ArrayList<>();
    for (int i = 0; i < kept.size(); i += 2) {
      half.add(kept.get(i));
    }
    kept.clear();
    kept.addAll(half);
    stride *= 2;
  }

  synchronized long version() {
    return version;
  }

  synchronized Snapshot snapshot() {
    List<Step> steps = new ArrayList<>(kept);
    if (newest != null && steps.getLast().number() != newest.number()) {
      steps.add(newest);
    }
    return new Snapshot(version, List.copyOf(steps), balance.copy(), lastStep);
  }
}
