package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Theme;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jfree.chart.annotations.AbstractXYAnnotation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleEdge;

/**
 * What stands on the lines of a chart: their names at their ends, single dots, the bridge, and
 * marks where something happened.
 */
final class ChartMarks extends AbstractXYAnnotation {
  private static final long serialVersionUID = 1L;
  private static final double LINE_HEIGHT = 15;
  private static final double CLEAR_OF_CURVE = 44;

  /** From the middle of the lowest name to the foot of the chart: below stand half a line and g. */
  private static final double FOOT = 8;

  private static final String NOTHING = "nothing measured yet";

  /** Names are read over other lines: so much of those is covered. */
  private static final double GROUND = 0.72;

  private final transient LineChartPane.Content content;
  private final transient Theme.Colors colors;
  private final Font plain;
  private final Font strong;

  ChartMarks(LineChartPane.Content content, Theme.Colors colors, Font plain, Font strong) {
    this.content = content;
    this.colors = colors;
    this.plain = plain;
    this.strong = strong;
  }

  private record Name(LineChartPane.Line line, double x, double[] y) {}

  @Override
  public void draw(
      Graphics2D g,
      XYPlot plot,
      Rectangle2D area,
      ValueAxis xAxis,
      ValueAxis yAxis,
      int index,
      PlotRenderingInfo info) {
    if (content.lines().stream().allMatch(line -> line.x().length == 0)) {
      drawNothing(g, area);
      return;
    }
    List<Name> names = new ArrayList<>();
    for (LineChartPane.Line line : content.lines()) {
      int last = line.x().length - 1;
      if (!line.label().isEmpty() && last >= 0 && Double.isFinite(line.y()[last])) {
        double x = xAxis.valueToJava2D(line.x()[last], area, RectangleEdge.BOTTOM);
        double y = yAxis.valueToJava2D(line.y()[last], area, RectangleEdge.LEFT);
        if (Double.isFinite(x) && Double.isFinite(y)) {
          names.add(new Name(line, x, new double[] {y}));
        }
      }
    }
    for (LineChartPane.Dot dot : content.dots()) {
      double x = xAxis.valueToJava2D(dot.x(), area, RectangleEdge.BOTTOM);
      double y = yAxis.valueToJava2D(dot.y(), area, RectangleEdge.LEFT);
      dot(g, x, y, 3, dot.color());
    }
    drawMarkLines(g, area, xAxis);
    List<Rectangle2D> taken = drawNames(g, area, names);
    if (content.bridge() != null) {
      drawBridge(g, area, xAxis, yAxis, content.bridge(), taken);
    }
    drawMarkWords(g, area, xAxis, taken);
  }

  private void drawNothing(Graphics2D g, Rectangle2D area) {
    g.setFont(plain);
    g.setPaint(LineChartPane.awt(colors.muted()));
    int width = g.getFontMetrics().stringWidth(NOTHING);
    g.drawString(NOTHING, (float) area.getCenterX() - width / 2f, (float) area.getCenterY());
  }

  /** A line across the chart for each mark, under all words. */
  private void drawMarkLines(Graphics2D g, Rectangle2D area, ValueAxis xAxis) {
    g.setPaint(LineChartPane.awt(colors.caution()));
    g.setStroke(
        new BasicStroke(
            1f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10f, new float[] {2f, 3f}, 0f));
    for (LineChartPane.Mark mark : content.marks()) {
      double x = xAxis.valueToJava2D(mark.x(), area, RectangleEdge.BOTTOM);
      if (isInside(x, area)) {
        g.draw(new Line2D.Double(x, area.getMinY(), x, area.getMaxY()));
      }
    }
  }

  private static boolean isInside(double x, Rectangle2D area) {
    return Double.isFinite(x) && x >= area.getMinX() && x <= area.getMaxX();
  }

  /** Beside the line of each mark, at the top or the foot, if there is room. */
  private void drawMarkWords(
      Graphics2D g, Rectangle2D area, ValueAxis xAxis, List<Rectangle2D> taken) {
    g.setPaint(LineChartPane.awt(colors.caution()));
    g.setFont(plain.deriveFont(10.5f));
    for (LineChartPane.Mark mark : content.marks()) {
      double x = xAxis.valueToJava2D(mark.x(), area, RectangleEdge.BOTTOM);
      if (!isInside(x, area)) {
        continue;
      }
      double width = g.getFontMetrics().stringWidth(mark.text());
      double left = x + 4 + width <= area.getMaxX() ? x + 4 : x - 4 - width;
      for (double line : new double[] {area.getMinY() + 9, area.getMaxY() - 4}) {
        Rectangle2D place = new Rectangle2D.Double(left, line - 10, width + 6, LINE_HEIGHT);
        if (left >= area.getMinX() && taken.stream().noneMatch(place::intersects)) {
          g.drawString(mark.text(), (float) left, (float) line);
          taken.add(place);
          break;
        }
      }
    }
  }

  /**
   * Names move apart so that none covers another.
   *
   * @return where they stand
   */
  private List<Rectangle2D> drawNames(Graphics2D g, Rectangle2D area, List<Name> names) {
    names.sort(Comparator.comparingDouble(n -> n.y()[0]));
    for (int pass = 0; pass < 40; pass++) {
      boolean moved = false;
      for (int i = 1; i < names.size(); i++) {
        double gap = names.get(i).y()[0] - names.get(i - 1).y()[0];
        if (gap < LINE_HEIGHT - 0.01) {
          names.get(i - 1).y()[0] -= (LINE_HEIGHT - gap) / 2;
          names.get(i).y()[0] += (LINE_HEIGHT - gap) / 2;
          moved = true;
        }
      }
      keepInside(names, area);
      if (!moved) {
        break;
      }
    }
    g.setFont(plain);
    FontMetrics metrics = g.getFontMetrics();
    List<Rectangle2D> taken = new ArrayList<>();
    for (Name name : names) {
      double width = metrics.stringWidth(name.line().label());
      Rectangle2D ground =
          new Rectangle2D.Double(name.x() + 6, name.y()[0] - 7, width + 4, LINE_HEIGHT - 1);
      drawGround(g, ground);
      taken.add(ground);
      g.setPaint(LineChartPane.awt(name.line().color()));
      g.drawString(name.line().label(), (float) name.x() + 8, (float) name.y()[0] + 4);
    }
    return taken;
  }

  private static void keepInside(List<Name> names, Rectangle2D area) {
    for (int i = 0; i < names.size(); i++) {
      double top = area.getMinY() + 6 + i * LINE_HEIGHT;
      double bottom = area.getMaxY() - FOOT - (names.size() - 1 - i) * LINE_HEIGHT;
      double y = names.get(i).y()[0];
      names.get(i).y()[0] = Math.max(top, Math.min(bottom, y));
    }
  }

  private void drawBridge(
      Graphics2D g,
      Rectangle2D area,
      ValueAxis xAxis,
      ValueAxis yAxis,
      LineChartPane.Bridge bridge,
      List<Rectangle2D> taken) {
    double from = xAxis.valueToJava2D(bridge.from(), area, RectangleEdge.BOTTOM);
    double to = xAxis.valueToJava2D(bridge.to(), area, RectangleEdge.BOTTOM);
    double y = yAxis.valueToJava2D(bridge.height(), area, RectangleEdge.LEFT);
    g.setPaint(LineChartPane.awt(colors.good()));
    g.setStroke(
        new BasicStroke(
            (float) colors.line(1.5),
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_MITER,
            10f,
            new float[] {5f, 4f},
            0f));
    g.draw(new Line2D.Double(from, y, to, y));
    dot(g, from, y, 4.5, colors.good());
    dot(g, to, y, 4.5, colors.good());
    drawSentence(g, area, bridge, from, to, y, taken);
  }

  /**
   * Above the bridge where it fits between the curves and the names, else under it, else in the
   * corner that curves leave free.
   */
  private void drawSentence(
      Graphics2D g,
      Rectangle2D area,
      LineChartPane.Bridge bridge,
      double from,
      double to,
      double y,
      List<Rectangle2D> taken) {
    g.setFont(strong);
    FontMetrics metrics = g.getFontMetrics();
    double room = to - from - CLEAR_OF_CURVE;
    for (String text : List.of(bridge.text(), bridge.core())) {
      double width = metrics.stringWidth(text);
      for (double line : new double[] {y - 9, y + 17}) {
        Rectangle2D place =
            new Rectangle2D.Double(to - width - 8, line - LINE_HEIGHT + 4, width, LINE_HEIGHT);
        if (width <= room && area.contains(place) && taken.stream().noneMatch(place::intersects)) {
          drawSentence(g, text, place, line, taken);
          return;
        }
      }
    }
    for (String text : List.of(bridge.text(), bridge.core())) {
      double line = area.getMinY() + 14;
      Rectangle2D place =
          new Rectangle2D.Double(
              area.getMinX() + 8, line - 11, metrics.stringWidth(text), LINE_HEIGHT);
      if (text.equals(bridge.core()) || taken.stream().noneMatch(place::intersects)) {
        drawSentence(g, text, place, line, taken);
        return;
      }
    }
  }

  private void drawSentence(
      Graphics2D g, String text, Rectangle2D place, double line, List<Rectangle2D> taken) {
    drawGround(g, place);
    g.setPaint(LineChartPane.awt(colors.good()));
    g.drawString(text, (float) place.getX(), (float) line);
    taken.add(place);
  }

  /** What lies under words is covered as far as they are to be read. */
  private void drawGround(Graphics2D g, Rectangle2D place) {
    g.setPaint(LineChartPane.awt(colors.card().deriveColor(0, 1, 1, GROUND)));
    g.fill(place);
  }

  private static void dot(
      Graphics2D g, double x, double y, double radius, javafx.scene.paint.Color color) {
    g.setPaint(LineChartPane.awt(color));
    g.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }
}
