package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.stream.IntStream;
import javafx.geometry.Rectangle2D;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Draws the queues of a layer's experts, on the screen or into a file.
 *
 * @param queued how many tokens asked for each expert
 * @param taken how many of them it kept
 * @param chosen the expert that stands out, or -1
 * @param column the width of an expert with its gap
 */
record QueueDrawing(
    LayerRouting layer, int[] queued, int[] taken, int chosen, double column, Theme.Colors colors) {
  private static final double FOOT = 40;
  private static final double TOP = 20;
  private static final double DASH = 6;
  private static final double GAP = 4;
  private static final double LETTER = 6.4;

  void draw(Surface surface, Rectangle2D seen) {
    int most = Math.max(layer.capacity(), IntStream.of(queued).max().orElse(0));
    double floor = seen.getHeight() - FOOT;
    double unit = Math.min(48, (floor - TOP) / Math.max(1, most));
    for (int e = 0; e < layer.experts(); e++) {
      double x = e * column;
      if (x + column >= seen.getMinX() && x <= seen.getMaxX()) {
        drawQueue(surface, e, x, floor, unit);
        drawFoot(surface, e, x, floor);
      }
    }
    drawCapacity(surface, seen, floor - layer.capacity() * unit);
  }

  private void drawQueue(Surface surface, int expert, double x, double floor, double unit) {
    Color color = ExpertColors.of(expert, layer.experts());
    double width = Math.min(150, column * 0.78);
    double left = x + (column - width) / 2;
    if (expert == chosen) {
      surface.fill(colors.raised(), x + 1, 0, column - 2, floor + FOOT, 10);
    }
    int kept = taken[expert];
    int asked = queued[expert];
    surface.opacity(chosen >= 0 && chosen != expert ? colors.faded(0.55) : 1);
    if (unit >= 5) {
      for (int i = 0; i < asked; i++) {
        double y = floor - (i + 1) * unit + 1;
        TokenFace.box(surface, left, y, width, unit - 2, 4, color, i < kept, colors);
      }
    } else if (asked > 0) {
      surface.fill(color, left, floor - kept * unit, width, kept * unit, 0);
      if (asked > kept) {
        double height = Math.max(3, (asked - kept) * unit);
        TokenFace.box(surface, left, floor - asked * unit, width, height, 0, color, false, colors);
      }
    }
    surface.opacity(1);
    surface.fill(colors.border(), left, floor, width, colors.line(1), 0);
  }

  private void drawFoot(Surface surface, int expert, double x, double floor) {
    double middle = x + column / 2;
    boolean wide = column >= 62;
    if (column >= 22 || expert % 4 == 0) {
      Font font = expert == chosen ? Fonts.strong(12) : Fonts.sans(12);
      String name = wide ? "expert " + expert : Integer.toString(expert);
      surface.text(name, font, colors.text(), middle, floor + 13, TextAlignment.CENTER);
    }
    if (column >= 34) {
      String load = Figures.decimal(load(expert), 1) + (wide ? "× fair" : "×");
      surface.text(load, Fonts.sans(11), colors.muted(), middle, floor + 29, TextAlignment.CENTER);
    }
  }

  private double load(int expert) {
    return (double) queued[expert] * layer.experts() / Math.max(1, IntStream.of(queued).sum());
  }

  private void drawCapacity(Surface surface, Rectangle2D seen, double y) {
    double line = colors.line(1.2);
    for (double x = seen.getMinX(); x < seen.getMaxX(); x += DASH + GAP) {
      double length = Math.min(DASH, seen.getMaxX() - x);
      surface.fill(colors.muted(), x, y - line / 2, length, line, 0);
    }
    String text = "capacity " + layer.capacity();
    double width = LETTER * text.length();
    Color ground = colors.card().deriveColor(0, 1, 1, 0.75);
    surface.fill(ground, seen.getMaxX() - width - 8, y - 17, width + 8, 15, 0);
    surface.text(
        text, Fonts.sans(11), colors.muted(), seen.getMaxX() - 4, y - 9, TextAlignment.RIGHT);
  }

  /** A line an expert. */
  CsvFile table() {
    CsvFile table = new CsvFile(List.of("expert", "asked", "kept", "capacity", "load"));
    for (int e = 0; e < layer.experts(); e++) {
      table.add(List.of(e, queued[e], taken[e], layer.capacity(), load(e)));
    }
    return table;
  }
}
