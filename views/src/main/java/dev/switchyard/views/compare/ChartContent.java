package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.ModelCurves;
import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.views.chart.LineChartPane.Bridge;
import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.RunColors;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javafx.scene.paint.Color;

/** What the chart draws of the model: raw curves faintly, smoothed ones over them. */
final class ChartContent {
  /** A chart has no more pixels across. */
  private static final int MOST_POINTS = 1600;

  /** More lines than this have no names at their ends beside the runs' own. */
  private static final int NAMED_TWINS = 8;

  /** A smaller gain would be drawn between two points of noise. */
  private static final double LEAST_BRIDGE = 1.1;

  /** Letters of a name at a line's end; of a longer one both ends stay. */
  private static final int LONGEST_NAME = 30;

  private static final double FAINT = 0.24;

  private final CompareModel model;
  private final boolean dark;
  private final Measure measure;
  private final Quantity quantity;
  private final double window;

  ChartContent(CompareModel model, boolean dark) {
    this.model = model;
    this.dark = dark;
    measure = model.measure.get();
    quantity = model.quantity.get();
    window = model.smoothingWindow();
  }

  /** Lines of all models that are shown. */
  Content content() {
    List<ModelCurves> models =
        model.models(run -> run.drawn(model.scale.get().zoom())).stream()
            .filter(each -> model.twins.get() || !each.twin())
            .filter(each -> each.of(quantity).rows() > 0)
            .toList();
    List<Line> lines = new ArrayList<>();
    if (window > 0) {
      models.forEach(each -> lines.add(raw(each)));
    }
    models.forEach(each -> lines.add(line(each, models.size())));
    return new Content(lines, List.of(), bridge(), Double.NaN);
  }

  private Color color(ModelCurves of) {
    return RunColors.of(model.runOf(of).color, dark);
  }

  /** Up and down between the least and the most of each stretch. */
  private Line raw(ModelCurves of) {
    Curve curve = of.of(quantity);
    double[] along = curve.along(measure, of.flopsPerToken());
    int stride = stride(curve);
    boolean even = true;
    double[] y = new double[Math.ceilDiv(curve.rows(), stride)];
    for (int i = 0; i < y.length; i++, even = !even) {
      double extreme = Double.NaN;
      for (int row = i * stride; row < Math.min(curve.rows(), (i + 1) * stride); row++) {
        double value = even ? curve.least()[row] : curve.most()[row];
        boolean first = Double.isNaN(extreme);
        extreme = first ? value : even ? Math.min(extreme, value) : Math.max(extreme, value);
      }
      y[i] = extreme;
    }
    Color faint = color(of).deriveColor(0, 1, 1, FAINT);
    return new Line(of.title() + " (raw)", "", faint, 1, false, thinned(along, stride), y);
  }

  private Line line(ModelCurves of, int all) {
    Curve curve = of.of(quantity);
    int stride = stride(curve);
    String label = !of.twin() ? of.run() : all <= NAMED_TWINS ? of.title() : "";
    return new Line(
        of.title(),
        Figures.shortened(label, LONGEST_NAME),
        color(of),
        of.twin() ? 1.8 : 2.2,
        of.twin(),
        thinned(curve.along(measure, of.flopsPerToken()), stride),
        thinned(curve.smoothed(window), stride));
  }

  private static int stride(Curve curve) {
    return Math.max(1, Math.ceilDiv(curve.rows(), MOST_POINTS));
  }

  private static double[] thinned(double[] column, int stride) {
    if (stride == 1) {
      return column;
    }
    double[] thin = new double[Math.ceilDiv(column.length, stride)];
    Arrays.setAll(thin, i -> column[Math.min(column.length - 1, (i + 1) * stride - 1)]);
    return thin;
  }

  /** Between where a model and the reference were as good as one another. */
  private Bridge bridge() {
    SpeedUpRow row = model.bridged.get();
    if (quantity != Quantity.CROSS_ENTROPY || row == null) {
      return null;
    }
    double times = Math.max(row.factor(measure), 1 / row.factor(measure));
    if (!(times >= LEAST_BRIDGE)) {
      return null;
    }
    ModelCurves reference =
        model.speedUps.stream().filter(SpeedUpRow::isReference).findFirst().orElseThrow().model();
    double mine = at(row.model(), row.speedUp().switchStep());
    double its = at(reference, row.speedUp().twinStep());
    String share =
        "1/%s of the %s".formatted(Figures.decimal(times, 1), QuantityWords.name(measure));
    return new Bridge(
        Math.min(mine, its),
        Math.max(mine, its),
        row.speedUp().quality(),
        "same quality in " + share,
        share);
  }

  /** Where a step of a model is along the measure. */
  private double at(ModelCurves of, long step) {
    Curve curve = of.of(Quantity.CROSS_ENTROPY);
    double[] along = curve.along(measure, of.flopsPerToken());
    int found = Arrays.binarySearch(curve.steps(), step);
    int row = found >= 0 ? found : -found - 1;
    return along[Math.min(row, along.length - 1)];
  }
}
