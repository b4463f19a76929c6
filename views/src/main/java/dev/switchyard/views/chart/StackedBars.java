package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.IntConsumer;
import javafx.beans.value.ObservableValue;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.TextAlignment;

/**
 * Rows of bars, each made of the same parts, with a legend below. Where one is far longer than the
 * others, or than the limit, it is cut, and its end says so by a tear.
 */
public final class StackedBars extends ReadablePainting {
  private static final double ROW = 46;
  private static final double BAR = 16;
  private static final double START = 6;
  private static final double FIGURE = 76;
  private static final double LEGEND_LINE = 18;
  // A bar longer than so many times the limit, or the shortest bar, is cut.
  private static final double LONGEST = 4;

  /**
   * A row.
   *
   * @param name stands above its bar
   * @param detail beside it
   * @param parts lengths, as many as the content has parts
   * @param bad whether it can't be had
   */
  public record Row(String name, String detail, List<Double> parts, boolean bad) {
    /** All parts together. */
    public double total() {
      return parts.stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  /**
   * What is shown.
   *
   * @param parts names of the parts
   * @param limit where a line stands across each bar; NaN: none
   * @param chosen number of the chosen row; -1: none
   */
  public record Content(List<String> parts, List<Row> rows, double limit, int chosen) {
    /** Nothing. */
    public static final Content EMPTY = new Content(List.of(), List.of(), Double.NaN, -1);

    /** The length that fills the width. */
    double scale() {
      double longest = rows.stream().mapToDouble(Row::total).max().orElse(1);
      double shortest = rows.stream().mapToDouble(Row::total).min().orElse(1);
      double most =
          Double.isNaN(limit) ? shortest * LONGEST : Math.max(limit * 1.6, shortest * 1.2);
      return Math.max(Double.MIN_NORMAL, Math.min(Math.max(longest, limitOrZero() * 1.1), most));
    }

    private double limitOrZero() {
      return Double.isNaN(limit) ? 0 : limit;
    }
  }

  private final DoubleFunction<String> write;
  private Content content = Content.EMPTY;

  /**
   * Empty bars.
   *
   * @param write a length for people
   * @param choose takes the number of a row that is clicked
   */
  public StackedBars(
      ObservableValue<Theme> theme, DoubleFunction<String> write, IntConsumer choose) {
    super(theme);
    this.write = write;
    setMinSize(200, 120);
    setOnMouseClicked(
        e -> {
          int row = (int) (e.getY() / ROW);
          if (row < content.rows().size()) {
            choose.accept(row);
          }
        });
    followTheme();
  }

  /** Replaces what is shown. */
  public void show(Content now) {
    content = now;
    setPrefHeight(now.rows().size() * ROW + 2 * LEGEND_LINE + 12);
    setMinHeight(getPrefHeight());
    repaint();
  }

  /** What is shown. */
  public Content content() {
    return content;
  }

  private double room() {
    return Math.max(1, width() - FIGURE);
  }

  @Override
  void paint(GraphicsContext g, Theme.Colors colors) {
    g.setTextBaseline(VPos.CENTER);
    for (int i = 0; i < content.rows().size(); i++) {
      paintRow(g, colors, i);
    }
    paintLegend(g, colors);
  }

  private void paintRow(GraphicsContext g, Theme.Colors colors, int index) {
    Row row = content.rows().get(index);
    double top = index * ROW;
    if (index == content.chosen()) {
      g.setFill(colors.accentSoft());
      g.fillRoundRect(0, top, width(), ROW - 3, 8, 8);
    }
    g.setTextAlign(TextAlignment.LEFT);
    g.setFont(Fonts.strong(12));
    g.setFill(colors.text());
    g.fillText(row.name(), 6, top + 11);
    double nameWidth = row.name().length() * 6.9 + 16;
    g.setFont(Fonts.sans(11));
    g.setFill(row.bad() ? colors.bad() : colors.muted());
    g.fillText(row.detail(), nameWidth, top + 11, Math.max(20, width() - nameWidth - 8));
    double x = START;
    double y = top + 21;
    double most = room();
    for (int part = 0; part < row.parts().size(); part++) {
      double length = Math.min(room() * row.parts().get(part) / content.scale(), most - x);
      if (length > 0) {
        g.setFill(RunColors.of(part, isDark()));
        g.fillRect(x, y, Math.max(length > 0.2 ? 1 : 0, length), BAR);
        x += length;
      }
    }
    if (row.total() > content.scale() * 1.001) {
      tear(g, colors, index == content.chosen(), most - 14, y);
    }
    if (!Double.isNaN(content.limit())) {
      double limit = Math.floor(room() * content.limit() / content.scale()) + 0.5;
      g.setStroke(colors.text());
      g.strokeLine(limit, y - 3, limit, y + BAR + 3);
    }
    g.setTextAlign(TextAlignment.RIGHT);
    g.setFont(Fonts.mono(12));
    g.setFill(row.bad() ? colors.bad() : colors.text());
    g.fillText(write.apply(row.total()), width() - 6, y + BAR / 2);
  }

  private static void tear(
      GraphicsContext g, Theme.Colors colors, boolean chosen, double x, double y) {
    g.setStroke(chosen ? colors.accentSoft() : colors.card());
    g.setLineWidth(colors.line(3));
    g.strokePolyline(
        new double[] {x + 6, x, x + 6, x},
        new double[] {y - 1, y + BAR / 3, y + 2 * BAR / 3, y + BAR + 1},
        4);
    g.setLineWidth(colors.line(1));
  }

  private void paintLegend(GraphicsContext g, Theme.Colors colors) {
    g.setTextAlign(TextAlignment.LEFT);
    g.setFont(Fonts.sans(11));
    double x = 6;
    double y = content.rows().size() * ROW + 14;
    for (int part = 0; part < content.parts().size(); part++) {
      String name = content.parts().get(part);
      double length = 16 + name.length() * 6.2 + 12;
      if (x + length > width() && x > 6) {
        x = 6;
        y += LEGEND_LINE;
      }
      g.setFill(RunColors.of(part, isDark()));
      g.fillRect(x, y - 5, 10, 10);
      g.setFill(colors.muted());
      g.fillText(name, x + 15, y);
      x += length;
    }
  }

  @Override
  Optional<String> readingAt(double x, double y) {
    int index = (int) (y / ROW);
    if (index >= content.rows().size() || x < START || x >= room()) {
      return Optional.empty();
    }
    Row row = content.rows().get(index);
    double end = START;
    for (int part = 0; part < row.parts().size(); part++) {
      end += room() * row.parts().get(part) / content.scale();
      if (x < end) {
        return Optional.of(content.parts().get(part) + " " + write.apply(row.parts().get(part)));
      }
    }
    return Optional.empty();
  }
}
