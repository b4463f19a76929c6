package dev.switchyard.views.chart;

import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.theme.Theme;
import java.awt.Font;
import java.text.NumberFormat;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.DoublePredicate;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.Range;

/** The two axes of a line chart, each even or logarithmic, and the ranges that show all of it. */
final class ChartAxes {
  private static final double LETTER = 6.6;
  private static final double AXIS_ROOM = 52;

  /** A margin above and below the lines, of their extent. */
  private static final double MARGIN = 0.06;

  private final NumberFormat xFormat;
  private final DoubleFunction<String> reading;
  private final NumberAxis evenX = new NumberAxis();
  private final NumberAxis evenY = new NumberAxis();
  private final LogTicksAxis logX;
  private final LogTicksAxis logY;

  /**
   * Axes.
   *
   * @param yFormat of ticks
   * @param reading of a value under the mouse
   */
  ChartAxes(NumberFormat xFormat, DoubleFunction<String> yFormat, DoubleFunction<String> reading) {
    this.xFormat = xFormat;
    this.reading = reading;
    logX = new LogTicksAxis(xFormat::format);
    logY = new LogTicksAxis(yFormat);
    evenX.setNumberFormatOverride(xFormat);
    evenY.setNumberFormatOverride(new FunctionFormat(yFormat));
    for (ValueAxis axis : List.of(evenX, evenY, logX, logY)) {
      axis.setAutoRange(false);
      axis.setAxisLineVisible(false);
      axis.setTickMarksVisible(false);
    }
    for (ValueAxis axis : List.of(evenX, logX)) {
      axis.setTickLabelInsets(new RectangleInsets(2, 16, 2, 16));
    }
    for (ValueAxis axis : List.of(evenY, logY)) {
      axis.setTickLabelInsets(new RectangleInsets(11, 4, 11, 8));
      axis.setFixedDimension(AXIS_ROOM - 6);
    }
  }

  void dress(Theme.Colors colors, Font font) {
    for (ValueAxis axis : List.of(evenX, evenY, logX, logY)) {
      axis.setTickLabelFont(font);
      axis.setTickLabelPaint(LineChartPane.awt(colors.muted()));
    }
  }

  ValueAxis x(boolean logarithmic) {
    return logarithmic ? logX : evenX;
  }

  ValueAxis y(boolean logarithmic) {
    return logarithmic ? logY : evenY;
  }

  String writeX(double value) {
    return xFormat.format(value);
  }

  String writeY(double value) {
    return reading.apply(value);
  }

  /**
   * Sets the ranges so that all is seen; the x axis ends with room for the names of the lines.
   *
   * @param width of the drawing in pixels
   */
  void fit(Content content, LineChartPane.Scale scale, double width) {
    double[] across = extent(content, true, scale.logX());
    double[] up = extent(content, false, scale.logY());
    boolean none = !(across[1] > 0) || Double.isNaN(up[0]);
    x(scale.logX()).setTickLabelsVisible(!none);
    y(scale.logY()).setTickLabelsVisible(!none);
    if (none) {
      x(scale.logX()).setRange(scale.logX() ? new Range(1, 10) : new Range(0, 1));
      y(scale.logY()).setRange(scale.logY() ? new Range(1, 10) : new Range(0, 1));
      return;
    }
    x(scale.logX()).setRange(acrossRange(content, scale, across, width));
    y(scale.logY()).setRange(upRange(content, scale, up));
  }

  private static Range acrossRange(
      Content content, LineChartPane.Scale scale, double[] extent, double width) {
    boolean wholeFromStart = scale.zoom() == null && extent[1] > 100 && !scale.logX();
    double start = wholeFromStart ? 0 : Math.min(extent[0], extent[1]);
    if (scale.zoom() != null) {
      start = scale.logX() ? Math.max(extent[0], scale.zoom().from()) : scale.zoom().from();
    }
    double last = Math.max(start, extent[1]);
    double inside = Math.max(80, width - AXIS_ROOM - LineChartDrawing.RIGHT);
    int longest = content.lines().stream().mapToInt(line -> line.label().length()).max().orElse(0);
    double share = Math.min(0.5, (14 + LETTER * longest) / inside);
    if (scale.logX()) {
      double end = start * Math.pow(Math.max(1.0001, last / start), 1 / (1 - share));
      return new Range(start, end);
    }
    double end = start + Math.max(1e-9, last - start) / (1 - share);
    return new Range(start, Math.max(end, start + 1e-6));
  }

  private static Range upRange(Content content, LineChartPane.Scale scale, double[] extent) {
    double low = extent[0];
    double high = extent[1];
    if (scale.logY()) {
      double margin = Math.pow(Math.max(1.0001, high / low), MARGIN);
      return new Range(low / margin, high * margin);
    }
    double lowest = content.lowest();
    double from = Double.isNaN(lowest) ? low : Math.min(low, lowest);
    double margin = Math.max(1e-6, (high - from) * MARGIN);
    return new Range(from == lowest ? from : from - margin, high + margin);
  }

  /** Least and most of all lines; a logarithmic axis has no place for what is not above zero. */
  private static double[] extent(Content content, boolean across, boolean logarithmic) {
    DoublePredicate counts = v -> Double.isFinite(v) && (!logarithmic || v > 0);
    double least = Double.NaN;
    double most = Double.NaN;
    for (Line line : content.lines()) {
      for (double value : across ? line.x() : line.y()) {
        if (counts.test(value)) {
          least = Double.isNaN(least) ? value : Math.min(least, value);
          most = Double.isNaN(most) ? value : Math.max(most, value);
        }
      }
    }
    return new double[] {least, most};
  }
}
