package dev.switchyard.views.chart;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/**
 * A logarithmic axis whose ticks stand at round numbers, as many as have room; also where the axis
 * covers less than a power of ten.
 */
final class LogTicksAxis extends LogAxis {
  private static final long serialVersionUID = 1L;

  /** Leading figures by what a reader expects first. */
  private static final double[][] LEADS = {{1}, {5, 2}, {3}, {4, 7}, {1.5, 2.5, 6, 8, 9}};

  private static final double LETTER = 7;

  private final transient DoubleFunction<String> write;

  LogTicksAxis(DoubleFunction<String> write) {
    this.write = write;
  }

  @Override
  public List<NumberTick> refreshTicks(
      Graphics2D g, AxisState state, Rectangle2D area, RectangleEdge edge) {
    boolean across = RectangleEdge.isTopOrBottom(edge);
    List<NumberTick> ticks = new ArrayList<>();
    List<double[]> taken = new ArrayList<>();
    double low = getRange().getLowerBound();
    double high = getRange().getUpperBound();
    int first = (int) Math.floor(Math.log10(low));
    int last = (int) Math.ceil(Math.log10(high));
    for (double[] leads : LEADS) {
      for (int power = first; power <= last; power++) {
        for (double lead : leads) {
          double value = lead * Math.pow(10, power);
          String label = write.apply(value);
          double half = across ? label.length() * LETTER / 2 + 8 : 13;
          double at = valueToJava2D(value, area, edge);
          boolean free = taken.stream().allMatch(t -> Math.abs(t[0] - at) >= t[1] + half);
          if (value >= low && value <= high && free) {
            taken.add(new double[] {at, half});
            ticks.add(
                new NumberTick(
                    value,
                    label,
                    across ? TextAnchor.TOP_CENTER : TextAnchor.CENTER_RIGHT,
                    TextAnchor.CENTER,
                    0));
          }
        }
      }
    }
    return ticks;
  }
}
