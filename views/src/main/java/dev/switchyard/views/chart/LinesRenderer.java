package dev.switchyard.views.chart;

import dev.switchyard.views.chart.LineChartPane.Line;
import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CrosshairState;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.AbstractXYItemRenderer;
import org.jfree.chart.renderer.xy.XYItemRendererState;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.xy.XYDataset;

/** Draws each line as one path straight from its arrays; what is no number interrupts it. */
final class LinesRenderer extends AbstractXYItemRenderer {
  private static final long serialVersionUID = 1L;

  /** Points nearer than this, in pixels both ways, are one. */
  private static final double SAME = 0.2;

  private final transient List<Line> lines;
  private final transient List<BasicStroke> strokes;

  LinesRenderer(List<Line> lines, List<BasicStroke> strokes) {
    this.lines = List.copyOf(lines);
    this.strokes = List.copyOf(strokes);
  }

  /** All of a line is drawn with its first point, and so that has to be among those asked for. */
  @Override
  public XYItemRendererState initialise(
      Graphics2D g, Rectangle2D area, XYPlot plot, XYDataset data, PlotRenderingInfo info) {
    XYItemRendererState state = new XYItemRendererState(info);
    state.setProcessVisibleItemsOnly(false);
    return state;
  }

  @Override
  public void drawItem(
      Graphics2D g,
      XYItemRendererState state,
      Rectangle2D area,
      PlotRenderingInfo info,
      XYPlot plot,
      ValueAxis xAxis,
      ValueAxis yAxis,
      XYDataset dataset,
      int series,
      int item,
      CrosshairState crosshair,
      int pass) {
    if (item > 0) {
      return;
    }
    Line line = lines.get(series);
    g.setPaint(LineChartPane.awt(line.color()));
    g.setStroke(strokes.get(series));
    g.draw(path(line, area, xAxis, yAxis));
  }

  private static Path2D path(Line line, Rectangle2D area, ValueAxis xAxis, ValueAxis yAxis) {
    double[] xs = line.x();
    double[] ys = line.y();
    Path2D.Double path = new Path2D.Double(Path2D.WIND_NON_ZERO, xs.length + 1);
    Placing across = new Placing(xAxis, area, RectangleEdge.BOTTOM);
    Placing up = new Placing(yAxis, area, RectangleEdge.LEFT);
    double lastX = Double.NaN;
    double lastY = Double.NaN;
    for (int i = 0; i < xs.length; i++) {
      double x = across.of(xs[i]);
      double y = up.of(ys[i]);
      if (!Double.isFinite(x) || !Double.isFinite(y)) {
        lastX = Double.NaN;
      } else if (Double.isNaN(lastX)) {
        path.moveTo(x, y);
        lastX = x;
        lastY = y;
      } else if (Math.abs(x - lastX) >= SAME || Math.abs(y - lastY) >= SAME || i == xs.length - 1) {
        path.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
    }
    return path;
  }

  /** Where values of an axis stand, in pixels. */
  private static final class Placing {
    private final ValueAxis axis;
    private final Rectangle2D area;
    private final RectangleEdge edge;
    private final boolean logarithmic;
    private final double start;
    private final double perUnit;

    Placing(ValueAxis axis, Rectangle2D area, RectangleEdge edge) {
      this.axis = axis;
      this.area = area;
      this.edge = edge;
      logarithmic = axis instanceof LogAxis;
      double low = axis.getLowerBound();
      start = axis.valueToJava2D(low, area, edge);
      perUnit =
          (axis.valueToJava2D(axis.getUpperBound(), area, edge) - start)
              / (axis.getUpperBound() - low);
    }

    double of(double value) {
      if (logarithmic) {
        return value > 0 ? axis.valueToJava2D(value, area, edge) : Double.NaN;
      }
      return start + (value - axis.getLowerBound()) * perUnit;
    }
  }
}
