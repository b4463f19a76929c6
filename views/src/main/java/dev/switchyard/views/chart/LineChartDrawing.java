package dev.switchyard.views.chart;

import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.LineChartPane.Scale;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.awt.BasicStroke;
import java.awt.Font;
import java.text.NumberFormat;
import java.util.function.DoubleFunction;
import javafx.scene.paint.Color;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleInsets;

/** A line chart as JFreeChart draws it, on the screen or into a file. */
final class LineChartDrawing {
  /** Half of the last number stands there. */
  static final double RIGHT = 14;

  /** So thin a line shows no roundness, and noise turns at each of its points. */
  private static final double FINE = 1.6;

  private final ChartAxes axes;
  private final XYPlot plot = new XYPlot();
  private final JFreeChart chart;
  private Theme.Colors colors;

  LineChartDrawing(
      NumberFormat xFormat,
      DoubleFunction<String> yFormat,
      DoubleFunction<String> reading,
      Theme.Colors colors) {
    axes = new ChartAxes(xFormat, yFormat, reading);
    plot.setDomainAxis(axes.x(false));
    plot.setRangeAxis(axes.y(false));
    chart = new JFreeChart(null, null, plot, false);
    chart.setPadding(new RectangleInsets(4, 0, 0, 0));
    chart.setBackgroundPaint(LineChartPane.awt(Color.TRANSPARENT));
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinesVisible(false);
    plot.setAxisOffset(new RectangleInsets(0, 0, 4, 0));
    plot.setInsets(new RectangleInsets(0, 0, 0, RIGHT));
    dress(colors);
  }

  JFreeChart chart() {
    return chart;
  }

  ChartAxes axes() {
    return axes;
  }

  void dress(Theme.Colors now) {
    colors = now;
    plot.setRangeGridlinePaint(LineChartPane.awt(now.border()));
    plot.setRangeGridlineStroke(new BasicStroke((float) now.line(1)));
    axes.dress(now, font(Font.PLAIN, 11));
  }

  /**
   * Replaces what is drawn.
   *
   * @param visible the part of the content that is zoomed in on
   * @param width in pixels
   */
  void show(Content visible, Scale scale, double width) {
    chart.setNotify(false);
    plot.setRenderer(
        new LinesRenderer(
            visible.lines(), visible.lines().stream().map(line -> stroke(line, colors)).toList()));
    plot.setDataset(new ArraysDataset(visible.lines(), scale));
    plot.clearAnnotations();
    plot.addAnnotation(new ChartMarks(visible, colors, font(Font.PLAIN, 12), font(Font.BOLD, 12)));
    plot.setDomainAxis(axes.x(scale.logX()));
    plot.setRangeAxis(axes.y(scale.logY()));
    axes.fit(visible, scale, width);
    chart.setNotify(true);
  }

  private static BasicStroke stroke(Line line, Theme.Colors colors) {
    float width = (float) colors.line(line.width());
    return line.dashed()
        ? new BasicStroke(
            width,
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND,
            1f,
            new float[] {3.2f * width, 2.4f * width},
            0f)
        : line.width() > FINE
            ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
            : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL);
  }

  static Font font(int style, int size) {
    return new Font(Fonts.sansFamily(), style, size);
  }
}
