package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.Text;

/** How tokens look wherever they are painted. */
final class TokenFace {
  private static final int LONGEST = 24;

  private TokenFace() {}

  /** A token's text as it is painted: never empty, never very long. */
  static String text(String token) {
    String shown = token.isEmpty() ? "·" : token;
    return shown.codePointCount(0, shown.length()) > LONGEST
        ? shown.substring(0, shown.offsetByCodePoints(0, LONGEST - 1)) + "…"
        : shown;
  }

  /** Width of a text in pixels. */
  static double width(String text, Font font) {
    Text measure = new Text(text);
    measure.setFont(font);
    return measure.getLayoutBounds().getWidth();
  }

  /** A box in an expert's colour; a dropped token's is hollow, dashed and red. */
  static void box(
      Surface surface,
      double x,
      double y,
      double width,
      double height,
      double arc,
      Color fill,
      boolean kept,
      Theme.Colors colors) {
    if (kept) {
      surface.fill(fill, x, y, width, height, arc);
      return;
    }
    surface.fill(ExpertColors.over(fill, colors.card(), 0.14), x, y, width, height, arc);
    surface.frame(
        colors.bad(), colors.line(1.5), x + 0.75, y + 0.75, width - 1.5, height - 1.5, arc, 4, 3);
  }

  /** A ring around what is chosen. */
  static void ring(
      GraphicsContext g,
      double x,
      double y,
      double width,
      double height,
      double arc,
      boolean focused,
      Theme.Colors colors) {
    g.setStroke(focused ? colors.focus() : colors.text());
    g.setLineWidth(colors.line(2));
    g.strokeRoundRect(x - 2, y - 2, width + 4, height + 4, arc + 3, arc + 3);
  }

  static Font mono(double size) {
    return Fonts.mono(size);
  }
}
