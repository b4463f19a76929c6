package dev.switchyard.views.chart;

import dev.switchyard.views.theme.SharpCanvas;
import dev.switchyard.views.theme.Theme;
import java.util.Optional;
import javafx.beans.value.ObservableValue;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.layout.Pane;

/** A picture that fills its room, painted anew when that or the theme changes, read on hover. */
abstract class ReadablePainting extends Pane {
  private final ObservableValue<Theme> theme;
  private final SharpCanvas canvas = new SharpCanvas();
  private final Label reading = new Label();

  ReadablePainting(ObservableValue<Theme> theme) {
    this.theme = theme;
    reading.getStyleClass().add("reading");
    reading.setMouseTransparent(true);
    reading.setVisible(false);
    getChildren().addAll(canvas, reading);
    setOnMouseMoved(e -> read(e.getX(), e.getY()));
    setOnMouseExited(e -> reading.setVisible(false));
  }

  /** Paints over an empty canvas of {@link #width} x {@link #height}. */
  abstract void paint(GraphicsContext g, Theme.Colors colors);

  /** What stands at a point, for people; empty where nothing does. */
  abstract Optional<String> readingAt(double x, double y);

  /** Follows the theme from here on: once the subclass can paint. */
  final void followTheme() {
    theme.subscribe(now -> repaint());
  }

  /** Paints anew; what was read may not stand there any more. */
  final void repaint() {
    reading.setVisible(false);
    paint(canvas.clean(), theme.getValue().colors());
  }

  final Theme.Colors colors() {
    return theme.getValue().colors();
  }

  final boolean isDark() {
    return theme.getValue().isDark();
  }

  final double width() {
    return canvas.width();
  }

  final double height() {
    return canvas.height();
  }

  @Override
  protected void layoutChildren() {
    if (canvas.fit(Math.floor(getWidth()), Math.floor(getHeight()))) {
      repaint();
    }
  }

  private void read(double x, double y) {
    Optional<String> words = readingAt(x, y);
    reading.setVisible(words.isPresent());
    if (words.isPresent()) {
      reading.setText(words.get());
      reading.autosize();
      reading.relocate(
          Math.clamp(x + 12, 0, Math.max(0, getWidth() - reading.getWidth() - 4)),
          y > getHeight() / 2 ? Math.max(0, y - reading.getHeight() - 8) : y + 14);
    }
  }
}
