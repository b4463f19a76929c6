package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingDifference.Change;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import javafx.geometry.Rectangle2D;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * Draws a grid of tokens by layers, on the screen or into a file.
 *
 * @param content what is shown
 * @param focused whether the keyboard is in it
 */
record GridDrawing(Content content, GridLayout layout, Theme.Colors colors, boolean focused) {
  private static final double LETTER = 6.4;
  private static final double ARC = 6;

  /**
   * What a grid shows.
   *
   * @param untouched the trace before a what-if; null with the difference
   * @param difference between them; null: nothing is changed
   * @param layer the chosen one
   * @param token the chosen one, or -1
   * @param expert the one that stands out, or -1
   */
  record Content(
      RoutingTrace trace,
      RoutingTrace untouched,
      RoutingDifference difference,
      int layer,
      int token,
      int expert) {
    static final Content EMPTY = new Content(null, null, null, 0, -1, -1);

    int count(int index) {
      return trace.layers().get(index).expert().length;
    }

    boolean chosenStack() {
      return layer >= trace.layers().size() || trace.layers().get(layer).encoder();
    }
  }

  void draw(Surface surface, Rectangle2D seen) {
    List<LayerRouting> layers = content.trace().layers();
    int first = (int) Math.max(0, Math.floor(seen.getMinX() / layout.cell()));
    for (int i = 0; i < layers.size(); i++) {
      LayerRouting routing = layers.get(i);
      double top = layout.tops().get(i);
      double last = Math.ceil((seen.getMaxX() - GridLayout.LEFT) / layout.cell());
      int end = (int) Math.min(content.count(i), last);
      if (GridLayout.isFirst(layers, i)) {
        drawHead(surface, routing, top - GridLayout.HEAD, first, end);
      }
      if (top + layout.row() < seen.getMinY() || top > seen.getMaxY()) {
        continue;
      }
      for (int t = first; t < end; t++) {
        drawCell(surface, i, top, t);
      }
    }
    drawChoice(surface);
    drawNames(surface, seen);
  }

  private void drawHead(Surface surface, LayerRouting routing, double top, int first, int end) {
    List<TokenText> tokens = content.trace().tokens(routing);
    int letters = (int) Math.max(1, Math.floor((layout.cell() - 2) / LETTER));
    for (int t = first; t < end; t++) {
      String text = TokenFace.text(tokens.get(t).text());
      boolean chosen = t == content.token() && routing.encoder() == content.chosenStack();
      surface.text(
          text.length() > letters ? text.substring(0, letters) : text,
          Fonts.mono(10.5),
          chosen ? colors.text() : colors.muted(),
          layout.x(t) + layout.cell() / 2,
          top + GridLayout.HEAD / 2,
          TextAlignment.CENTER);
    }
  }

  private void drawCell(Surface surface, int index, double top, int t) {
    LayerRouting routing = content.trace().layers().get(index);
    int asked = routing.expert()[t];
    boolean kept = routing.kept()[t];
    double x = layout.x(t) + 1.5;
    double width = layout.cell() - 3;
    double y = top + 1.5;
    double height = layout.row() - 3;
    Color color = asked < 0 ? colors.raised() : ExpertColors.of(asked, routing.experts());
    Color shown = ExpertColors.over(color, colors.card(), 0.32 + 0.68 * routing.gate()[t]);
    boolean beside =
        content.expert() >= 0
            && routing.choice(t, content.expert()).isEmpty()
            && !(index == content.layer() && t == content.token());
    surface.opacity(beside ? colors.faded(0.38) : 1);
    TokenFace.box(surface, x, y, width, height, ARC, shown, kept || asked < 0, colors);
    boolean changed =
        content.difference() != null && content.difference().at(index, t) != Change.SAME;
    long more = routing.choices().get(t).stream().filter(Choice::kept).skip(1).count();
    boolean narrow = layout.cell() < 26 && (asked > 99 || more > 0);
    double size =
        Math.min(Math.clamp(layout.row() * 0.34, 11.5, 17), Math.max(11, layout.cell() * 0.52));
    if (asked >= 0) {
      surface.text(
          asked + (more > 0 ? "+" : ""),
          Fonts.sans(narrow ? 9 : size),
          kept ? ExpertColors.textOn(shown) : colors.bad(),
          x + width / 2,
          y + height / 2 + (changed ? strip() / 2 : 0),
          TextAlignment.CENTER);
    }
    if (changed) {
      drawBefore(surface, content.untouched().layers().get(index), t, x, y, width);
    }
    surface.opacity(1);
  }

  private double strip() {
    return Math.max(5, layout.row() * 0.22);
  }

  /** What the token was before the what-if: its expert's colour, or red where it was dropped. */
  private void drawBefore(
      Surface surface, LayerRouting before, int t, double x, double y, double width) {
    double height = strip();
    surface.fill(colors.card(), x, y, width, height + 2, 0);
    boolean kept = before.kept()[t];
    surface.fill(
        kept ? ExpertColors.of(before.expert()[t], before.experts()) : colors.badSoft(),
        x,
        y,
        width,
        height,
        4);
    if (!kept) {
      surface.frame(colors.bad(), colors.line(1), x + 0.5, y + 0.5, width - 1, height - 1, 4);
    }
  }

  /** A frame around the token's column through its stack, a thicker one around the chosen cell. */
  private void drawChoice(Surface surface) {
    int token = content.token();
    int layer = content.layer();
    if (token < 0 || layer >= layout.tops().size() || token >= content.count(layer)) {
      return;
    }
    double top = Double.NaN;
    double bottom = 0;
    for (int i = 0; i < layout.tops().size(); i++) {
      if (content.trace().layers().get(i).encoder() == content.chosenStack()) {
        top = Double.isNaN(top) ? layout.tops().get(i) : top;
        bottom = layout.tops().get(i) + layout.row();
      }
    }
    double x = layout.x(token);
    double cell = layout.cell();
    surface.frame(
        colors.muted(), colors.line(1), x - 0.5, top - 0.5, cell + 1, bottom - top + 1, 8);
    surface.frame(
        focused ? colors.focus() : colors.text(),
        colors.line(2),
        x,
        layout.tops().get(layer),
        cell,
        layout.row(),
        8);
  }

  /** Layers' names stay at the left while tokens scroll. */
  private void drawNames(Surface surface, Rectangle2D seen) {
    double x = seen.getMinX();
    surface.fill(colors.card(), x, seen.getMinY(), GridLayout.LEFT - 2, seen.getHeight(), 0);
    for (int i = 0; i < layout.tops().size(); i++) {
      surface.text(
          Figures.layer(content.trace().layers().get(i).name()),
          Fonts.sans(12),
          i == content.layer() ? colors.text() : colors.muted(),
          x,
          layout.tops().get(i) + layout.row() / 2,
          TextAlignment.LEFT);
    }
  }
}
