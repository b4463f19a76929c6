package dev.switchyard.views.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.Range;
import org.junit.jupiter.api.Test;

class LogTicksAxisTest {
  private static final Rectangle2D AREA = new Rectangle2D.Double(0, 0, 600, 300);

  private static List<Double> ticks(double from, double to, RectangleEdge edge) {
    LogTicksAxis axis = new LogTicksAxis(value -> String.valueOf((float) value));
    axis.setRange(new Range(from, to));
    Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    return axis.refreshTicks(g, new AxisState(), AREA, edge).stream()
        .map(NumberTick::getValue)
        .sorted()
        .toList();
  }

  @Test
  void powersOfTenComeFirst() {
    assertThat(ticks(1, 1e6, RectangleEdge.BOTTOM)).contains(1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6);
  }

  @Test
  void lessThanAPowerOfTenHasTicksToo() {
    assertThat(ticks(2.1, 5.3, RectangleEdge.LEFT)).contains(3.0, 4.0, 5.0).hasSizeLessThan(8);
  }

  @Test
  void noneLiesOutside() {
    assertThat(ticks(3, 70, RectangleEdge.BOTTOM)).allMatch(tick -> tick >= 3 && tick <= 70);
  }
}
