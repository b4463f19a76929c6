package dev.switchyard.views.chart;

import java.util.List;
import org.jfree.data.xy.AbstractXYDataset;

/** The lines of a chart as JFreeChart reads them: plain arrays, nothing copied. */
final class ArraysDataset extends AbstractXYDataset {
  private static final long serialVersionUID = 1L;

  private final transient List<LineChartPane.Line> lines;

  ArraysDataset(List<LineChartPane.Line> lines) {
    this.lines = List.copyOf(lines);
  }

  @Override
  public int getSeriesCount() {
    return lines.size();
  }

  @Override
  public Comparable<?> getSeriesKey(int series) {
    return series;
  }

  @Override
  public int getItemCount(int series) {
    return lines.get(series).x().length;
  }

  @Override
  public double getXValue(int series, int item) {
    return lines.get(series).x()[item];
  }

  @Override
  public double getYValue(int series, int item) {
    return lines.get(series).y()[item];
  }

  @Override
  public Number getX(int series, int item) {
    return getXValue(series, item);
  }

  @Override
  public Number getY(int series, int item) {
    return getYValue(series, item);
  }
}
