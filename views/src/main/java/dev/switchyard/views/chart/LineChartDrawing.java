package dev.switchyard.views.chart;

import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.LineChartPane.Scale;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.text.NumberFormat;
import java.util.function.DoubleFunction;
import javafx.scene.paint.Color;
import org.jfree.chart.ChartRenderingInfo;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;

/** A line chart as JFreeChart draws it, on the screen or into a file. */
final class LineChartDrawing {
  /** Half of the last number stands there. */
  static final double RIGHT = 14;

  private final ChartAxes axes;
  private final XYPlot plot = new XYPlot();
  private final MagnifiedChart chart;
  private Theme.Colors colors;

  LineChartDrawing(
      NumberFormat xFormat,
      DoubleFunction<String> yFormat,
      DoubleFunction<String> reading,
      Theme.Colors colors) {
    axes = new ChartAxes(xFormat, yFormat, reading);
    plot.setDomainAxis(axes.x(false));
    plot.setRangeAxis(axes.y(false));
    chart = new MagnifiedChart(plot);
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

  /** Draws so many pixels for each unit. */
  void magnify(double factor) {
    chart.factor = factor;
  }

  /** A chart whose picture has more pixels than its units say; places in it stay in units. */
  private static final class MagnifiedChart extends JFreeChart {
    private double factor = 1;

    MagnifiedChart(Plot plot) {
      super(null, null, plot, false);
    }

    @Override
    public void draw(
        Graphics2D g, Rectangle2D area, Point2D anchor, ChartRenderingInfo information) {
      AffineTransform before = g.getTransform();
      g.scale(factor, factor);
      super.draw(
          g,
          new Rectangle2D.Double(0, 0, area.getWidth() / factor, area.getHeight() / factor),
          anchor,
          information);
      g.setTransform(before);
    }
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
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDefaultCreateEntities(false); // a shape for every point, which nobody asks for
    for (int i = 0; i < visible.lines().size(); i++) {
      Line line = visible.lines().get(i);
      renderer.setSeriesPaint(i, LineChartPane.awt(line.color()));
      renderer.setSeriesStroke(i, stroke(line, colors));
    }
    plot.setRenderer(renderer);
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
        : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  static Font font(int style, int size) {
    return new Font(Fonts.sansFamily(), style, size);
  }
}
