package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.Collections;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.geometry.VPos;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.layout.Pane;
import javafx.scene.text.TextAlignment;

/** How numbers are spread: a bar for each of equal bins. */
public final class Histogram extends Pane {
  private static final double BOTTOM = 20;

  /**
   * What is shown.
   *
   * @param low where the first bin begins
   * @param high where the last one ends
   * @param counts how many numbers are in each
   * @param beyond whether the outer bins count numbers beyond the ends too
   */
  public record Bars(double low, double high, List<Long> counts, boolean beyond) {
    /** Nothing. */
    public static final Bars NONE = new Bars(0, 0, List.of(), false);
  }

  private final ObservableValue<Theme> theme;
  private final Canvas canvas = new Canvas();
  private final Label reading = new Label();
  private Bars bars = Bars.NONE;

  /** An empty one. */
  public Histogram(ObservableValue<Theme> theme) {
    this.theme = theme;
    setMinSize(160, 70);
    reading.getStyleClass().add("reading");
    reading.setMouseTransparent(true);
    reading.setVisible(false);
    getChildren().addAll(canvas, reading);
    theme.subscribe(now -> paint());
    setOnMouseMoved(e -> read(e.getX(), e.getY()));
    setOnMouseExited(e -> reading.setVisible(false));
  }

  /** Replaces what is shown. */
  public void show(Bars now) {
    bars = now;
    reading.setVisible(false);
    paint();
  }

  /** What is shown. */
  public Bars bars() {
    return bars;
  }

  @Override
  protected void layoutChildren() {
    canvas.setWidth(Math.floor(getWidth()));
    canvas.setHeight(Math.floor(getHeight()));
    paint();
  }

  private double barWidth() {
    return canvas.getWidth() / bars.counts().size();
  }

  private void paint() {
    GraphicsContext g = canvas.getGraphicsContext2D();
    g.clearRect(0, 0, canvas.getWidth(), canvas.getHeight());
    if (bars.counts().isEmpty()) {
      return;
    }
    Theme.Colors colors = theme.getValue().colors();
    double floor = canvas.getHeight() - BOTTOM;
    double most = Math.max(1, Collections.max(bars.counts()));
    g.setFill(colors.accent());
    for (int i = 0; i < bars.counts().size(); i++) {
      double height =
          bars.counts().get(i) == 0 ? 0 : Math.max(1, floor * bars.counts().get(i) / most);
      double gap = barWidth() > 4 ? 1 : 0;
      g.fillRect(i * barWidth(), floor - height, barWidth() - gap, height);
    }
    g.setStroke(colors.strongBorder());
    g.strokeLine(0, floor + 0.5, canvas.getWidth(), floor + 0.5);
    g.setFont(Fonts.sans(11));
    g.setFill(colors.muted());
    g.setTextBaseline(VPos.CENTER);
    double y = canvas.getHeight() - 8;
    g.setTextAlign(TextAlignment.LEFT);
    g.fillText((bars.beyond() ? "≤ " : "") + Figures.significant(bars.low()), 0, y);
    g.setTextAlign(TextAlignment.RIGHT);
    g.fillText(
        (bars.beyond() ? "≥ " : "") + Figures.significant(bars.high()), canvas.getWidth(), y);
    paintZero(g, colors, floor, y);
  }

  private void paintZero(GraphicsContext g, Theme.Colors colors, double floor, double y) {
    double zero = canvas.getWidth() * -bars.low() / (bars.high() - bars.low());
    if (zero > 70 && zero < canvas.getWidth() - 70) {
      g.setTextAlign(TextAlignment.CENTER);
      g.fillText("0", zero, y);
      g.setStroke(colors.text());
      g.strokeLine(zero, floor, zero, floor + 4);
    }
  }

  private void read(double x, double y) {
    int bin = bars.counts().isEmpty() ? -1 : (int) (x / barWidth());
    boolean inside = bin >= 0 && bin < bars.counts().size();
    reading.setVisible(inside);
    if (inside) {
      double width = (bars.high() - bars.low()) / bars.counts().size();
      double from = bars.low() + bin * width;
      reading.setText(
          "%s … %s · %s"
              .formatted(
                  Figures.significant(from),
                  Figures.significant(from + width),
                  Figures.count(bars.counts().get(bin), "number")));
      reading.autosize();
      reading.relocate(
          Math.clamp(x + 12, 0, Math.max(0, getWidth() - reading.getWidth() - 4)),
          Math.max(0, y - reading.getHeight() - 8));
    }
  }
}
