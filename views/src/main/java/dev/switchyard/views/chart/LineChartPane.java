package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.awt.BasicStroke;
import java.awt.Font;
import java.text.NumberFormat;
import java.util.List;
import java.util.function.DoubleFunction;
import javafx.beans.value.ObservableValue;
import javafx.scene.layout.Pane;
import javafx.scene.paint.Color;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.fx.ChartCanvas;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.Range;

/**
 * Lines over a common axis, painted by JFreeChart: names stand at the lines' ends, a hair line
 * under the mouse reads the values. Give it new content some times a second at most: each repaints
 * all.
 */
public final class LineChartPane extends Pane {
  private static final double LETTER = 6.6;
  private static final double AXIS_ROOM = 52;
  private static final double RIGHT = 14;

  /**
   * A line; points are in the order of x.
   *
   * @param name at its end, and in the reading; empty for a line without (the raw values)
   * @param color with its opacity
   * @param width in pixels
   */
  public record Line(String name, Color color, double width, double[] x, double[] y) {}

  /** Two points of the same height, joined, with a sentence, or its core where room is short. */
  public record Bridge(double from, double to, double height, String text, String core) {}

  /** A single measurement. */
  public record Dot(double x, double y, Color color) {}

  /**
   * All that is drawn.
   *
   * @param bridge may be null
   * @param lowest the y axis reaches at least down to it; NaN: as the lines do
   */
  public record Content(List<Line> lines, List<Dot> dots, Bridge bridge, double lowest) {
    /** Nothing yet. */
    public static final Content EMPTY = new Content(List.of(), List.of(), null, Double.NaN);

    /** Lines alone. */
    public static Content of(List<Line> lines, double lowest) {
      return new Content(lines, List.of(), null, lowest);
    }
  }

  private final ObservableValue<Theme> theme;
  private final NumberAxis xAxis = new NumberAxis();
  private final NumberAxis yAxis = new NumberAxis();
  private final XYPlot plot = new XYPlot();
  private final JFreeChart chart;
  private final ChartCanvas canvas;
  private final ChartReading reading;
  private Content content = Content.EMPTY;

  /** A chart whose axes write their numbers in these formats. */
  public LineChartPane(
      ObservableValue<Theme> theme, NumberFormat xFormat, DoubleFunction<String> yFormat) {
    this.theme = theme;
    getStyleClass().add("line-chart");
    setMinSize(120, 90);
    xAxis.setNumberFormatOverride(xFormat);
    xAxis.setAutoRange(false);
    yAxis.setNumberFormatOverride(new FunctionFormat(yFormat));
    yAxis.setAutoRange(false);
    plot.setDomainAxis(xAxis);
    plot.setRangeAxis(yAxis);
    chart = new JFreeChart(null, null, plot, false);
    chart.setPadding(new RectangleInsets(4, 0, 0, 0));
    canvas = new ChartCanvas(chart);
    canvas.setTooltipEnabled(false);
    canvas.setDomainZoomable(false);
    canvas.setRangeZoomable(false);
    canvas.removeAuxiliaryMouseHandler(canvas.getMouseHandler("scroll"));
    canvas.setMouseTransparent(true);
    reading = new ChartReading(this);
    getChildren().addAll(canvas, reading.node());
    dress(theme.getValue());
    theme.subscribe(
        now -> {
          dress(now);
          show(content);
        });
  }

  /** Replaces what is drawn. */
  public void show(Content now) {
    content = now;
    chart.setNotify(false);
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDefaultCreateEntities(false); // a shape for every point, which nobody asks for
    for (int i = 0; i < now.lines().size(); i++) {
      Line line = now.lines().get(i);
      renderer.setSeriesPaint(i, awt(line.color()));
      renderer.setSeriesStroke(
          i, new BasicStroke((float) line.width(), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }
    plot.setRenderer(renderer);
    plot.setDataset(new ArraysDataset(now.lines()));
    plot.clearAnnotations();
    plot.addAnnotation(
        new ChartMarks(now, theme.getValue().colors(), font(Font.PLAIN, 12), font(Font.BOLD, 12)));
    fitAxes(now);
    chart.setNotify(true);
    reading.refresh();
  }

  /** What is drawn now. */
  public Content content() {
    return content;
  }

  Theme.Colors colors() {
    return theme.getValue().colors();
  }

  NumberAxis xAxis() {
    return xAxis;
  }

  NumberAxis yAxis() {
    return yAxis;
  }

  /** Where the lines are drawn, in this node's pixels. */
  javafx.geometry.Rectangle2D dataArea() {
    var info = canvas.getRenderingInfo();
    if (info == null || info.getPlotInfo().getDataArea() == null) {
      return javafx.geometry.Rectangle2D.EMPTY;
    }
    var area = info.getPlotInfo().getDataArea();
    return new javafx.geometry.Rectangle2D(
        area.getX(), area.getY(), Math.max(0, area.getWidth()), Math.max(0, area.getHeight()));
  }

  @Override
  protected void layoutChildren() {
    double width = Math.floor(getWidth());
    double height = Math.floor(getHeight());
    if (canvas.getWidth() != width || canvas.getHeight() != height) {
      canvas.setWidth(width);
      canvas.setHeight(height);
      fitAxes(content);
    }
    reading.node().resizeRelocate(0, 0, width, height);
  }

  /** The x axis ends where the newest point is, with room for the names of the lines. */
  private void fitAxes(Content now) {
    double last = 0;
    double low = now.lowest();
    double high = Double.NaN;
    double first = Double.POSITIVE_INFINITY;
    for (Line line : now.lines()) {
      if (line.x().length == 0) {
        continue;
      }
      first = Math.min(first, line.x()[0]);
      last = Math.max(last, line.x()[line.x().length - 1]);
      for (double y : line.y()) {
        if (Double.isFinite(y)) {
          low = Double.isNaN(low) ? y : Math.min(low, y);
          high = Double.isNaN(high) ? y : Math.max(high, y);
        }
      }
    }
    if (!(last > 0) || Double.isNaN(high)) {
      xAxis.setRange(new Range(0, 1));
      yAxis.setRange(new Range(0, 1));
      return;
    }
    double start = last > 100 ? 0 : Math.min(first, last);
    double inside = Math.max(80, getWidth() - AXIS_ROOM - RIGHT);
    int longest = now.lines().stream().mapToInt(line -> line.name().length()).max().orElse(0);
    double share = Math.min(0.5, (14 + LETTER * longest) / inside);
    double end = start + Math.max(1e-9, last - start) / (1 - share);
    xAxis.setRange(new Range(start, Math.max(end, start + 1e-6)));
    double margin = Math.max(1e-6, (high - low) * 0.06);
    double bottom = low == now.lowest() ? low : low - margin;
    yAxis.setRange(new Range(bottom, high + margin));
  }

  private void dress(Theme now) {
    Theme.Colors colors = now.colors();
    chart.setBackgroundPaint(awt(Color.TRANSPARENT));
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(awt(colors.border()));
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setAxisOffset(new RectangleInsets(0, 0, 4, 0));
    plot.setInsets(new RectangleInsets(0, 0, 0, RIGHT)); // half of the last number
    for (NumberAxis axis : List.of(xAxis, yAxis)) {
      axis.setAxisLineVisible(false);
      axis.setTickMarksVisible(false);
      axis.setTickLabelFont(font(Font.PLAIN, 11));
      axis.setTickLabelPaint(awt(colors.muted()));
    }
    xAxis.setTickLabelInsets(new RectangleInsets(2, 16, 2, 16));
    yAxis.setTickLabelInsets(new RectangleInsets(11, 4, 11, 8));
    yAxis.setFixedDimension(AXIS_ROOM - 6);
    canvas.draw();
  }

  private static Font font(int style, int size) {
    return new Font(Fonts.sansFamily(), style, size);
  }

  static java.awt.Color awt(Color c) {
    return new java.awt.Color(
        (float) c.getRed(), (float) c.getGreen(), (float) c.getBlue(), (float) c.getOpacity());
  }
}
