package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javafx.beans.value.ObservableValue;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.Font;
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
    draw(new CanvasSurface(g), bars, colors, width(), height());
  }

  private static void draw(
      Surface surface, Bars bars, Theme.Colors colors, double width, double height) {
    if (bars.counts().isEmpty()) {
      return;
    }
    double floor = height - BOTTOM;
    double bar = width / bars.counts().size();
    double most = Math.max(1, Collections.max(bars.counts()));
    for (int i = 0; i < bars.counts().size(); i++) {
      double high =
          bars.counts().get(i) == 0 ? 0 : Math.max(1, floor * bars.counts().get(i) / most);
      double gap = bar > 4 ? 1 : 0;
      surface.fill(colors.accent(), i * bar, floor - high, bar - gap, high, 0);
    }
    surface.fill(colors.strongBorder(), 0, floor, width, 1, 0);
    Font small = Fonts.sans(11);
    double y = height - 8;
    String low = (bars.beyond() ? "≤ " : "") + Figures.significant(bars.low());
    String high = (bars.beyond() ? "≥ " : "") + Figures.significant(bars.high());
    surface.text(low, small, colors.muted(), 0, y, TextAlignment.LEFT);
    surface.text(high, small, colors.muted(), width, y, TextAlignment.RIGHT);
    double zero = width * -bars.low() / (bars.high() - bars.low());
    if (zero > 70 && zero < width - 70) {
      surface.text("0", small, colors.muted(), zero, y, TextAlignment.CENTER);
      surface.fill(colors.text(), zero - 0.5, floor, 1, 4, 0);
    }
  }

  /** The picture and the counts that are shown now. */
  public ChartExport export(String title) {
    Bars shown = bars;
    Theme.Colors colors = colors();
    double width = width();
    double height = height();
    return PaintedExport.of(
        title,
        colors,
        width,
        height,
        surface -> draw(surface, shown, colors, width, height),
        () -> table(shown));
  }

  /** A line a bin. */
  private static CsvFile table(Bars bars) {
    CsvFile table = new CsvFile(List.of("from", "to", "count"));
    double width = (bars.high() - bars.low()) / Math.max(1, bars.counts().size());
    for (int i = 0; i < bars.counts().size(); i++) {
      double from = bars.low() + i * width;
      table.add(List.of(from, from + width, bars.counts().get(i)));
    }
    return table;
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
