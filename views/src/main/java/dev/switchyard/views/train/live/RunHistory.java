package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.observe.StepTable;
import dev.switchyard.views.chart.LoadHeatmap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the live screen knows of a run's steps, in bounded memory. Reports are added on whatever
 * thread they come; the window's thread takes a snapshot some times a second.
 */
final class RunHistory {
  private static final int ROWS = 1024;

  /** As in {@link SpeedUp}, so that the bridge lies on the curves. */
  private static final double NEWEST = 0.05;

  private static final double NEWEST_LAYER = 0.12;

  /** Columns of the table that every run has; those of each layer follow. */
  static final int STEP = 0;

  static final int SECONDS = 1;
  static final int TWIN_SECONDS = 2;
  static final int TOKENS = 3;
  static final int LEAST = 4;
  static final int MOST = 5;
  static final int SMOOTH = 6;
  static final int TWIN_LEAST = 7;
  static final int TWIN_MOST = 8;
  static final int TWIN_SMOOTH = 9;
  static final int LAYERS = 10;

  private static final LayerMeasure[] MEASURES = LayerMeasure.values();

  /**
   * A run at one moment.
   *
   * @param version grows with every report
   * @param newest report, or null before the first
   * @param table columns by the constants above; {@link #measure} by layer
   * @param layers names of the Switch layers
   * @param groups of weights whose updates were measured
   * @param updates their columns: the step, then for each group norm of update over norm of weights
   * @param probes the looks at the probes that are kept, oldest first
   * @param load of the layer that was asked for
   * @param speedUp or null
   * @param secondsPerStep lately, both models together
   * @param tokensPerSecond lately
   * @param smoothDropped share of dropped tokens lately
   */
  record Snapshot(
      long version,
      StepReport newest,
      double[][] table,
      List<String> layers,
      List<String> groups,
      double[][] updates,
      List<ProbeReport> probes,
      LoadHeatmap.Content load,
      SpeedUp.Result speedUp,
      double secondsPerStep,
      double tokensPerSecond,
      double smoothDropped) {

    /** Before the first step. */
    static final Snapshot EMPTY =
        new Snapshot(
            0,
            null,
            new double[LAYERS][0],
            List.of(),
            List.of(),
            new double[1][0],
            List.of(),
            LoadHeatmap.Content.EMPTY,
            null,
            Double.NaN,
            Double.NaN,
            Double.NaN);

    /** A measure of a layer, smoothed. */
    double[] measure(LayerMeasure measure, int layer) {
      return table[LAYERS + MEASURES.length * layer + measure.ordinal()];
    }

    /** Smoothed cross entropy of the Switch model, or NaN. */
    double crossEntropy() {
      return last(table[SMOOTH]);
    }

    /** The same of the dense twin. */
    double twinCrossEntropy() {
      return last(table[TWIN_SMOOTH]);
    }

    private static double last(double[] column) {
      return column.length == 0 ? Double.NaN : column[column.length - 1];
    }
  }

  private final List<String> layers = new ArrayList<>();
  private final List<LoadHistory> loads = new ArrayList<>();
  private final List<String> groups = new ArrayList<>();
  private final ProbeLog probes = new ProbeLog();
  private final SpeedUp speedUp = new SpeedUp();
  private StepTable curves;
  private StepTable updates;
  private double[] smooth;
  private StepReport newest;
  private long version;
  private double secondsPerStep = Double.NaN;
  private double tokensPerSecond = Double.NaN;
  private double dropped = Double.NaN;

  /** Adds the report of a step; one that is not newer than the last is passed over. */
  synchronized void add(StepReport report) {
    if (newest != null && report.step() <= newest.step()) {
      return;
    }
    ModelReport model = report.model();
    if (curves == null) {
      begin(model);
    }
    pace(report);
    ModelReport twin = report.twin();
    double[] row = new double[LAYERS + MEASURES.length * layers.size()];
    row[STEP] = report.step();
    row[SECONDS] = model.seconds();
    row[TWIN_SECONDS] = twin == null ? Double.NaN : twin.seconds();
    row[TOKENS] = model.tokens();
    row[LEAST] = model.crossEntropy();
    row[MOST] = model.crossEntropy();
    row[SMOOTH] = smooth(SMOOTH, model.crossEntropy(), NEWEST);
    double twinNow = twin == null ? Double.NaN : twin.crossEntropy();
    row[TWIN_LEAST] = twinNow;
    row[TWIN_MOST] = twinNow;
    row[TWIN_SMOOTH] = smooth(TWIN_SMOOTH, twinNow, NEWEST);
    for (int l = 0; l < Math.min(layers.size(), model.layers().size()); l++) {
      LayerReport layer = model.layers().get(l);
      for (LayerMeasure measure : MEASURES) {
        int at = LAYERS + MEASURES.length * l + measure.ordinal();
        row[at] = smooth(at, measure.of(layer), NEWEST_LAYER);
      }
      loads.get(l).add(report.step(), layer.load());
    }
    curves.add(row);
    addUpdates(report.step(), model);
    speedUp.add(report);
    newest = report;
    version++;
  }

  /** Where updates were measured at all; the groups are those of the first time. */
  private void addUpdates(long step, ModelReport model) {
    if (model.updateRatios().isEmpty()) {
      return;
    }
    if (updates == null) {
      groups.addAll(model.updateRatios().keySet().stream().sorted().toList());
      StepTable.Keep[] keeps = new StepTable.Keep[1 + groups.size()];
      Arrays.fill(keeps, StepTable.Keep.LAST);
      updates = new StepTable(ROWS, keeps);
    }
    double[] row = new double[1 + groups.size()];
    row[0] = step;
    for (int g = 0; g < groups.size(); g++) {
      row[g + 1] = model.updateRatios().getOrDefault(groups.get(g), Double.NaN);
    }
    updates.add(row);
  }

  /** Adds a look at the probes. */
  synchronized void add(ProbeReport look) {
    if (probes.add(look)) {
      version++;
    }
  }

  private void begin(ModelReport model) {
    for (LayerReport layer : model.layers()) {
      layers.add(layer.name());
      loads.add(new LoadHistory(layer.load().length));
    }
    StepTable.Keep[] keeps = new StepTable.Keep[LAYERS + MEASURES.length * layers.size()];
    Arrays.fill(keeps, StepTable.Keep.LAST);
    keeps[LEAST] = StepTable.Keep.LEAST;
    keeps[TWIN_LEAST] = StepTable.Keep.LEAST;
    keeps[MOST] = StepTable.Keep.MOST;
    keeps[TWIN_MOST] = StepTable.Keep.MOST;
    curves = new StepTable(ROWS, keeps);
    smooth = new double[keeps.length];
    Arrays.fill(smooth, Double.NaN);
  }

  private void pace(StepReport report) {
    ModelReport model = report.model();
    tokensPerSecond = blend(tokensPerSecond, model.tokensPerSecond());
    dropped = blend(dropped, model.droppedFraction());
    if (newest != null) {
      double seconds = model.seconds() - newest.model().seconds();
      if (report.twin() != null && newest.twin() != null) {
        seconds += report.twin().seconds() - newest.twin().seconds();
      }
      secondsPerStep = blend(secondsPerStep, seconds / (report.step() - newest.step()));
    }
  }

  private static double blend(double before, double now) {
    return Double.isNaN(before) ? now : before + NEWEST_LAYER * (now - before);
  }

  private double smooth(int column, double value, double newestWeight) {
    double before = smooth[column];
    smooth[column] = Double.isNaN(before) ? value : before + newestWeight * (value - before);
    return smooth[column];
  }

  /** Grows with every report. */
  synchronized long version() {
    return version;
  }

  /** The load of a layer alone: for what moves with every frame. */
  synchronized LoadHeatmap.Content load(int layer) {
    return layer >= 0 && layer < loads.size() ? loads.get(layer).copy() : LoadHeatmap.Content.EMPTY;
  }

  /** All that is known now, with the load of one layer. */
  synchronized Snapshot snapshot(int layer) {
    if (curves == null) {
      return Snapshot.EMPTY;
    }
    return new Snapshot(
        version,
        newest,
        curves.copy(),
        List.copyOf(layers),
        List.copyOf(groups),
        updates == null ? new double[1][0] : updates.copy(),
        probes.snapshot(),
        load(layer),
        speedUp.result(),
        secondsPerStep,
        tokensPerSecond,
        dropped);
  }
}
