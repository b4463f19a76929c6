package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Theme;
import java.text.NumberFormat;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleFunction;
import javafx.application.Platform;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Rectangle2D;
import javafx.scene.layout.Pane;
import javafx.scene.paint.Color;
import org.jfree.chart.ChartRenderingInfo;

/**
 * Lines over a common axis, painted by JFreeChart: names stand at the lines' ends, a hair line
 * under the mouse reads the values. Dragging zooms in on a stretch, which then stays; a double
 * click goes back to all. Give it new content some times a second at most: each repaints all.
 */
public final class LineChartPane extends Pane {
  /**
   * A line; points are in the order of x.
   *
   * @param name in exported data
   * @param label at its end, and in the reading; empty for a line without (the raw values)
   * @param color with its opacity
   * @param width in pixels
   * @param dashed whether it is
   */
  public record Line(
      String name,
      String label,
      Color color,
      double width,
      boolean dashed,
      double[] x,
      double[] y) {
    /** A line that is not dashed, with its name at its end. */
    public Line(String name, Color color, double width, double[] x, double[] y) {
      this(name, name, color, width, false, x, y);
    }

    /** Its points in a stretch, with the one before so that it enters. */
    Line within(Zoom zoom) {
      int to = place(zoom.to());
      int from = Math.min(to, Math.max(0, place(zoom.from()) - 1));
      return new Line(
          name,
          label,
          color,
          width,
          dashed,
          Arrays.copyOfRange(x, from, to),
          Arrays.copyOfRange(y, from, to));
    }

    private int place(double at) {
      int found = Arrays.binarySearch(x, at);
      return found >= 0 ? found : -found - 1;
    }
  }

  /** Two points of the same height, joined, with a sentence, or its core where room is short. */
  public record Bridge(double from, double to, double height, String text, String core) {}

  /** A single measurement. */
  public record Dot(double x, double y, Color color) {}

  /** A place of the x axis where something happened, with a few words. */
  public record Mark(double x, String text) {}

  /**
   * All that is drawn.
   *
   * @param bridge may be null
   * @param lowest the y axis reaches at least down to it; NaN: as the lines do
   * @param marks across the chart, behind the lines
   */
  public record Content(
      List<Line> lines, List<Dot> dots, Bridge bridge, double lowest, List<Mark> marks) {
    /** Without marks. */
    public Content(List<Line> lines, List<Dot> dots, Bridge bridge, double lowest) {
      this(lines, dots, bridge, lowest, List.of());
    }

    /** Nothing yet. */
    public static final Content EMPTY = new Content(List.of(), List.of(), null, Double.NaN);

    /** Lines alone. */
    public static Content of(List<Line> lines, double lowest) {
      return new Content(lines, List.of(), null, lowest);
    }

    /** The same with marks. */
    public Content withMarks(List<Mark> all) {
      return new Content(lines, dots, bridge, lowest, List.copyOf(all));
    }

    /** What of it lies in a stretch; null: all. */
    Content within(Zoom zoom) {
      return zoom == null
          ? this
          : new Content(
              lines.stream().map(line -> line.within(zoom)).toList(),
              dots.stream().filter(d -> d.x() >= zoom.from() && d.x() <= zoom.to()).toList(),
              bridge,
              Double.NaN,
              marks.stream().filter(m -> m.x() >= zoom.from() && m.x() <= zoom.to()).toList());
    }
  }

  /** A stretch of the x axis. */
  public record Zoom(double from, double to) {}

  /**
   * How the axes lie.
   *
   * @param zoom null: all is seen
   */
  public record Scale(boolean logX, boolean logY, Zoom zoom) {
    /** Even axes on which all is seen. */
    public static final Scale EVEN = new Scale(false, false, null);
  }

  private static final AtomicBoolean DRAWN_UNSEEN = new AtomicBoolean();

  private final ObservableValue<Theme> theme;
  private final NumberFormat xFormat;
  private final DoubleFunction<String> yFormat;
  private final LineChartDrawing drawing;
  private final PaintedImage image = new PaintedImage();
  private final ChartRenderingInfo drawn = new ChartRenderingInfo(null);
  private final ChartReading reading;
  private final ChartZoom zooming;
  private final ObjectProperty<Scale> scale = new SimpleObjectProperty<>(this, "scale", Scale.EVEN);
  private Content content = Content.EMPTY;
  private Content visible = Content.EMPTY;
  private boolean waits;

  /** A chart whose axes write their numbers in these formats. */
  public LineChartPane(
      ObservableValue<Theme> theme, NumberFormat xFormat, DoubleFunction<String> yFormat) {
    this(theme, xFormat, yFormat, yFormat);
  }

  /** The same with another format for the values under the mouse. */
  public LineChartPane(
      ObservableValue<Theme> theme,
      NumberFormat xFormat,
      DoubleFunction<String> yFormat,
      DoubleFunction<String> readingFormat) {
    this.theme = theme;
    this.xFormat = xFormat;
    this.yFormat = yFormat;
    getStyleClass().add("line-chart");
    setMinSize(120, 90);
    drawing = new LineChartDrawing(xFormat, yFormat, readingFormat, theme.getValue().colors());
    reading = new ChartReading(this);
    zooming = new ChartZoom(this);
    getChildren().addAll(image, zooming.node(), reading.node());
    theme.subscribe(
        now -> {
          drawing.dress(now.colors());
          show(content);
        });
    scale.addListener((o, before, now) -> show(content));
  }

  /**
   * Draws a chart that nobody sees: with the first one typefaces and much of Java2D are loaded. On
   * any thread; does nothing the second time.
   */
  public static void drawUnseen(Theme theme) {
    if (DRAWN_UNSEEN.compareAndSet(false, true)) {
      double[] x = {1, 2, 3};
      Line line = new Line("unseen", theme.colors().accent(), 2, x, x);
      NumberFormat whole = new FunctionFormat(Double::toString);
      Content content = Content.of(List.of(line), Double.NaN);
      new LineChartExport(
              "", "", content, Scale.EVEN, theme.colors(), whole, Double::toString, 480, 300)
          .draw();
    }
  }

  /** Replaces what is drawn. */
  public void show(Content now) {
    content = now;
    visible = now.within(scale.get().zoom());
    drawing.show(visible, scale.get(), getWidth());
    if (!waits) {
      waits = true;
      Platform.runLater(this::paintOnce);
    }
  }

  /** Not all charts of a screen in one go: what moves beside them is drawn between two of them. */
  private void paintOnce() {
    waits = false;
    paint();
    reading.refresh();
  }

  private void paint() {
    double width = Math.floor(getWidth());
    double height = Math.floor(getHeight());
    drawn.clear();
    image.paint(
        g ->
            drawing
                .chart()
                .draw(g, new java.awt.geom.Rectangle2D.Double(0, 0, width, height), null, drawn));
  }

  /** What is drawn now, where it is not zoomed in on. */
  public Content content() {
    return content;
  }

  /** How the axes lie, and what is zoomed in on. */
  public ObjectProperty<Scale> scaleProperty() {
    return scale;
  }

  /** Zooms in on a stretch; null: out to all. */
  public void zoomTo(Zoom zoom) {
    scale.set(new Scale(scale.get().logX(), scale.get().logY(), zoom));
  }

  /** The picture and the data of what is seen now. */
  public ChartExport export(String title, String xName) {
    return new LineChartExport(
        title,
        xName,
        visible,
        scale.get(),
        theme.getValue().colors(),
        xFormat,
        yFormat,
        Math.max(480, getWidth()),
        Math.max(300, getHeight()));
  }

  Content visible() {
    return visible;
  }

  LineChartDrawing drawing() {
    return drawing;
  }

  /** The value of the x axis at a place of this node, in its pixels. */
  double valueAt(double x) {
    Rectangle2D area = dataArea();
    return drawing
        .axes()
        .x(scale.get().logX())
        .java2DToValue(
            x,
            new java.awt.geom.Rectangle2D.Double(
                area.getMinX(), area.getMinY(), area.getWidth(), area.getHeight()),
            org.jfree.chart.ui.RectangleEdge.BOTTOM);
  }

  /** Where the lines are drawn, in this node's pixels. */
  Rectangle2D dataArea() {
    var area = drawn.getPlotInfo().getDataArea();
    if (area == null) {
      return Rectangle2D.EMPTY;
    }
    return new Rectangle2D(
        area.getX(), area.getY(), Math.max(0, area.getWidth()), Math.max(0, area.getHeight()));
  }

  @Override
  protected void layoutChildren() {
    double width = Math.floor(getWidth());
    double height = Math.floor(getHeight());
    if (image.fit(width, height)) {
      drawing.axes().fit(visible, scale.get(), width);
      paint();
    }
    zooming.node().resizeRelocate(0, 0, width, height);
    reading.node().resizeRelocate(0, 0, width, height);
  }

  static java.awt.Color awt(Color c) {
    return new java.awt.Color(
        (float) c.getRed(), (float) c.getGreen(), (float) c.getBlue(), (float) c.getOpacity());
  }
}
