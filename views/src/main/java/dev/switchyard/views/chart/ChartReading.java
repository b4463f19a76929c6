package dev.switchyard.views.chart;

import java.util.Arrays;
import javafx.geometry.Rectangle2D;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Circle;
import javafx.scene.shape.Line;

/** The hair line under the mouse with the value of every line where it stands. */
final class ChartReading {
  private static final int MOST = 16;

  /** So much of its length beyond its end a line is still read, under its name. */
  private static final double BEYOND_ITS_END = 0.25;

  private final LineChartPane chart;
  private final Pane layer = new Pane();
  private final Line hair = new Line();
  private final VBox box = new VBox(2);
  private double mouse = -1;

  ChartReading(LineChartPane chart) {
    this.chart = chart;
    hair.getStyleClass().add("hair-line");
    box.getStyleClass().add("reading");
    layer.setMouseTransparent(true);
    layer.getChildren().addAll(hair, box);
    hide();
    chart.setOnMouseMoved(
        e -> {
          mouse = e.getX();
          refresh();
        });
    chart.setOnMouseExited(
        e -> {
          mouse = -1;
          hide();
        });
  }

  Node node() {
    return layer;
  }

  void refresh() {
    Rectangle2D area = chart.dataArea();
    if (mouse < area.getMinX() || mouse > area.getMaxX() || chart.visible().lines().isEmpty()) {
      hide();
      return;
    }
    fill(chart.valueAt(mouse));
    hair.setStartX(mouse);
    hair.setEndX(mouse);
    hair.setStartY(area.getMinY());
    hair.setEndY(area.getMaxY());
    hair.setVisible(true);
    box.setVisible(!box.getChildren().isEmpty());
    box.autosize();
    boolean right = mouse + 14 + box.getWidth() < area.getMaxX();
    box.relocate(right ? mouse + 12 : mouse - 12 - box.getWidth(), area.getMinY() + 4);
  }

  private void fill(double x) {
    ChartAxes axes = chart.drawing().axes();
    box.getChildren().clear();
    for (LineChartPane.Line line : chart.visible().lines()) {
      if (line.label().isEmpty() || line.x().length == 0 || box.getChildren().size() > MOST) {
        continue;
      }
      int at = nearest(line.x(), x);
      if (isFar(line, x, line.x()[at])) {
        continue;
      }
      if (box.getChildren().isEmpty()) {
        box.getChildren().add(row(null, "at", axes.writeX(line.x()[at])));
      }
      String value = axes.writeY(line.y()[at]);
      box.getChildren().add(row(new Circle(4, line.color()), line.label(), value));
    }
  }

  /** A line that has ended, or not begun, has no value there. */
  private static boolean isFar(LineChartPane.Line line, double x, double nearest) {
    double length = line.x()[line.x().length - 1] - line.x()[0];
    boolean outside = x < line.x()[0] || x > line.x()[line.x().length - 1];
    return outside && Math.abs(x - nearest) > length * BEYOND_ITS_END;
  }

  private static Node row(Node mark, String name, String value) {
    Label word = new Label(name, mark);
    word.getStyleClass().add("muted");
    Label figure = new Label(value);
    figure.getStyleClass().add("mono");
    Region gap = new Region();
    gap.setMinWidth(16);
    HBox.setHgrow(gap, Priority.ALWAYS);
    return new HBox(word, gap, figure);
  }

  private static int nearest(double[] sorted, double x) {
    int at = Arrays.binarySearch(sorted, x);
    if (at >= 0) {
      return at;
    }
    int after = Math.min(sorted.length - 1, -at - 1);
    return after > 0 && x - sorted[after - 1] < sorted[after] - x ? after - 1 : after;
  }

  private void hide() {
    hair.setVisible(false);
    box.setVisible(false);
  }
}
