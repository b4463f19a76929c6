package dev.switchyard.views.chart;

import java.util.List;
import org.jfree.data.xy.AbstractXYDataset;

/**
 * The lines of a chart as JFreeChart reads them: plain arrays, nothing copied. What a logarithmic
 * axis has no place for is no number.
 */
final class ArraysDataset extends AbstractXYDataset {
  private static final long serialVersionUID = 1L;

  private final transient List<LineChartPane.Line> lines;
  private final boolean logX;
  private final boolean logY;

  ArraysDataset(List<LineChartPane.Line> lines, LineChartPane.Scale scale) {
    this.lines = List.copyOf(lines);
    logX = scale.logX();
    logY = scale.logY();
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
    return placed(lines.get(series).x()[item], logX);
  }

  @Override
  public double getYValue(int series, int item) {
    return placed(lines.get(series).y()[item], logY);
  }

  private static double placed(double value, boolean logarithmic) {
    return logarithmic && !(value > 0) ? Double.NaN : value;
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
