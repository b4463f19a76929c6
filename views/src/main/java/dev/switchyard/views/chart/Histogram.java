package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javafx.beans.value.ObservableValue;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.TextAlignment;

/** How numbers are spread: a bar for each of equal bins. */
public final class Histogram extends ReadablePainting {
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

  private Bars bars = Bars.NONE;

  /** An empty one. */
  public Histogram(ObservableValue<Theme> theme) {
    super(theme);
    setMinSize(160, 70);
    followTheme();
  }

  /** Replaces what is shown. */
  public void show(Bars now) {
    bars = now;
    repaint();
  }

  /** What is shown. */
  public Bars bars() {
    return bars;
  }

  private double barWidth() {
    return width() / bars.counts().size();
  }

  @Override
  void paint(GraphicsContext g, Theme.Colors colors) {
    if (bars.counts().isEmpty()) {
      return;
    }
    double floor = height() - BOTTOM;
    double most = Math.max(1, Collections.max(bars.counts()));
    g.setFill(colors.accent());
    for (int i = 0; i < bars.counts().size(); i++) {
      double height =
          bars.counts().get(i) == 0 ? 0 : Math.max(1, floor * bars.counts().get(i) / most);
      double gap = barWidth() > 4 ? 1 : 0;
      g.fillRect(i * barWidth(), floor - height, barWidth() - gap, height);
    }
    g.setStroke(colors.strongBorder());
    g.strokeLine(0, floor + 0.5, width(), floor + 0.5);
    g.setFont(Fonts.sans(11));
    g.setFill(colors.muted());
    g.setTextBaseline(VPos.CENTER);
    double y = height() - 8;
    g.setTextAlign(TextAlignment.LEFT);
    g.fillText((bars.beyond() ? "≤ " : "") + Figures.significant(bars.low()), 0, y);
    g.setTextAlign(TextAlignment.RIGHT);
    g.fillText((bars.beyond() ? "≥ " : "") + Figures.significant(bars.high()), width(), y);
    paintZero(g, colors, floor, y);
  }

  private void paintZero(GraphicsContext g, Theme.Colors colors, double floor, double y) {
    double zero = width() * -bars.low() / (bars.high() - bars.low());
    if (zero > 70 && zero < width() - 70) {
      g.setTextAlign(TextAlignment.CENTER);
      g.fillText("0", zero, y);
      g.setStroke(colors.text());
      g.strokeLine(zero, floor, zero, floor + 4);
    }
  }

  @Override
  Optional<String> readingAt(double x, double y) {
    int bin = bars.counts().isEmpty() ? -1 : (int) (x / barWidth());
    if (bin < 0 || bin >= bars.counts().size()) {
      return Optional.empty();
    }
    double width = (bars.high() - bars.low()) / bars.counts().size();
    double from = bars.low() + bin * width;
    return Optional.of(
        "%s … %s · %s"
            .formatted(
                Figures.significant(from),
                Figures.significant(from + width),
                Figures.count(bars.counts().get(bin), "number")));
  }
}
