package dev.switchyard.views.chart;

import javafx.geometry.Rectangle2D;
import javafx.scene.Node;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Pane;
import javafx.scene.shape.Rectangle;

/** Zooms in on the stretch that the mouse draws over a chart; a double click goes back. */
final class ChartZoom {
  /** A shorter way of the mouse was a click. */
  private static final double LEAST = 6;

  private final LineChartPane chart;
  private final Pane layer = new Pane();
  private final Rectangle band = new Rectangle();
  private double from = Double.NaN;

  ChartZoom(LineChartPane chart) {
    this.chart = chart;
    band.getStyleClass().add("zoom-band");
    band.setVisible(false);
    layer.setMouseTransparent(true);
    layer.getChildren().add(band);
    chart.addEventHandler(MouseEvent.MOUSE_PRESSED, this::press);
    chart.addEventHandler(MouseEvent.MOUSE_DRAGGED, this::drag);
    chart.addEventHandler(MouseEvent.MOUSE_RELEASED, this::release);
  }

  Node node() {
    return layer;
  }

  private void press(MouseEvent event) {
    if (event.getButton() != MouseButton.PRIMARY) {
      return;
    }
    if (event.getClickCount() == 2) {
      chart.zoomTo(null);
      from = Double.NaN;
    } else {
      from = inside(event.getX());
    }
  }

  private void drag(MouseEvent event) {
    if (Double.isNaN(from)) {
      return;
    }
    double to = inside(event.getX());
    Rectangle2D area = chart.dataArea();
    band.setX(Math.min(from, to));
    band.setWidth(Math.abs(to - from));
    band.setY(area.getMinY());
    band.setHeight(area.getHeight());
    band.setVisible(band.getWidth() >= LEAST);
  }

  private void release(MouseEvent event) {
    band.setVisible(false);
    if (Double.isNaN(from)) {
      return;
    }
    double to = inside(event.getX());
    if (Math.abs(to - from) >= LEAST) {
      chart.zoomTo(
          new LineChartPane.Zoom(
              chart.valueAt(Math.min(from, to)), chart.valueAt(Math.max(from, to))));
    }
    from = Double.NaN;
  }

  private double inside(double x) {
    Rectangle2D area = chart.dataArea();
    return Math.clamp(x, area.getMinX(), Math.max(area.getMinX(), area.getMaxX()));
  }
}
