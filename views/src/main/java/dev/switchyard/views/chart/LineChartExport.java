package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.LineChartPane.Scale;
import dev.switchyard.views.theme.Theme;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.text.NumberFormat;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleInsets;

/** What a line chart showed, to be drawn anew into files. */
record LineChartExport(
    String title,
    String xName,
    Content content,
    Scale scale,
    Theme.Colors colors,
    NumberFormat xFormat,
    DoubleFunction<String> yFormat,
    double width,
    double height)
    implements ChartExport {

  @Override
  public byte[] png() {
    return VectorPicture.png(width, height, this::draw);
  }

  @Override
  public byte[] svg() {
    return VectorPicture.svg(width, height, this::draw);
  }

  /** The picture in memory. */
  BufferedImage draw() {
    return VectorPicture.image(width, height, this::draw);
  }

  private void draw(java.awt.Graphics2D g) {
    LineChartDrawing drawing = new LineChartDrawing(xFormat, yFormat, yFormat, colors);
    drawing.show(content, scale, width);
    // Beside the picture nobody says what lies along it.
    ValueAxis along = drawing.axes().x(scale.logX());
    along.setLabel(xName);
    along.setLabelFont(LineChartDrawing.font(Font.PLAIN, 12));
    along.setLabelPaint(LineChartPane.awt(colors.muted()));
    JFreeChart chart = drawing.chart();
    chart.setBackgroundPaint(LineChartPane.awt(colors.card()));
    chart.setPadding(new RectangleInsets(12, 14, 10, 8));
    TextTitle words = new TextTitle(title, LineChartDrawing.font(Font.BOLD, 14));
    words.setPaint(LineChartPane.awt(colors.text()));
    words.setHorizontalAlignment(HorizontalAlignment.LEFT);
    words.setPadding(0, 2, 8, 0);
    chart.setTitle(words);
    chart.draw(g, new Rectangle2D.Double(0, 0, width, height));
  }

  /** A line a point: the curve's name, x and y. */
  @Override
  public CsvFile csv() {
    CsvFile csv = new CsvFile(List.of("curve", xName, "value"));
    for (Line line : content.lines()) {
      for (int point = 0; point < line.x().length; point++) {
        csv.add(List.of(line.name(), line.x()[point], line.y()[point]));
      }
    }
    return csv;
  }
}
