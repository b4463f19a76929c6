package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.views.chart.FlowGraph.Node;
import dev.switchyard.views.chart.FlowGraph.Ribbon;
import dev.switchyard.views.chart.FlowLayout.Hit;
import dev.switchyard.views.chart.FlowLayout.Placed;
import dev.switchyard.views.chart.FlowLayout.Span;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Draws a flow, on the screen or into a file.
 *
 * @param layers numbers of the trace's layers that the flow goes through
 * @param token the chosen one, or -1
 * @param expert the expert that stands out, or -1
 * @param over what the mouse is over
 */
record FlowDrawing(
    RoutingTrace trace,
    List<Integer> layers,
    FlowLayout layout,
    Theme.Colors colors,
    int token,
    int expert,
    Hit over) {
  private static final double NODE = FlowLayout.NODE;
  private static final double READABLE = 9;

  /** Height that a line of small type takes. */
  private static final double LINE = 13;

  private static final int WORDS = 14;

  void draw(Surface surface) {
    boolean picked = over.ribbon() >= 0 || over.node() >= 0 || expert >= 0;
    for (int i = 0; i < layout.ribbons().size(); i++) {
      if (!stands(i)) {
        drawRibbon(surface, layout.ribbons().get(i), picked ? 0.1 : 0.42);
      }
    }
    for (int i = 0; i < layout.ribbons().size(); i++) {
      if (stands(i)) {
        drawRibbon(surface, layout.ribbons().get(i), 0.85);
      }
    }
    for (int c = 0; c < layout.graph().columns().size(); c++) {
      drawHead(surface, c);
      for (Node node : layout.graph().columns().get(c)) {
        drawNode(surface, c, node);
      }
    }
  }

  /** Whether a ribbon is picked out. */
  private boolean stands(int number) {
    if (over.ribbon() >= 0) {
      return number == over.ribbon();
    }
    Ribbon ribbon = layout.ribbons().get(number).ribbon();
    if (over.node() >= 0) {
      return (ribbon.column() == over.column() && ribbon.from() == over.node())
          || (ribbon.column() + 1 == over.column() && ribbon.to() == over.node());
    }
    return expert >= 0 ? ribbon.to() == expert : ribbon.tokens().contains(token);
  }

  private Color color(int column, int number) {
    if (column == 0) {
      return colors.faint();
    }
    return number == FlowGraph.BIN
        ? colors.bad()
        : ExpertColors.of(number, trace.layers().get(layers.getFirst()).experts());
  }

  private void drawRibbon(Surface surface, Placed each, double opacity) {
    Ribbon ribbon = each.ribbon();
    double top0 = each.from().top();
    double top1 = each.to().top();
    surface.opacity(opacity);
    surface.ribbon(
        color(ribbon.column() + 1, ribbon.to()),
        layout.x(ribbon.column()) + NODE,
        top0,
        top0 + thickness(each.from()),
        layout.x(ribbon.column() + 1),
        top1,
        top1 + thickness(each.to()));
    surface.opacity(1);
  }

  /** Ribbons stand a little apart, unless they are so thin that the gaps would be a pattern. */
  private static double thickness(Span end) {
    return end.height() > 3 ? end.height() - 0.4 : Math.max(0.6, end.height());
  }

  private boolean isLast(int column) {
    return column == layout.graph().columns().size() - 1;
  }

  private void drawHead(Surface surface, int column) {
    boolean first = column == 0;
    surface.text(
        first ? "tokens" : Figures.layer(trace.layers().get(layers.get(column - 1)).name()),
        Fonts.sans(12),
        colors.muted(),
        first ? layout.x(0) + NODE : layout.x(column) + NODE / 2 + (isLast(column) ? 10 : 0),
        FlowLayout.HEAD / 2,
        first ? TextAlignment.RIGHT : TextAlignment.CENTER);
  }

  private void drawNode(Surface surface, int column, Node node) {
    Span span = layout.span(column, node.number());
    double x = layout.x(column);
    boolean chosen = column == 0 && node.number() == token;
    double inset = column == 0 && span.height() > 3 ? 1 : 0;
    surface.fill(
        chosen ? colors.text() : color(column, node.number()),
        x,
        span.top() + inset / 2,
        NODE,
        Math.max(chosen ? 2 : 0.3, span.height() - inset),
        span.height() > 3 ? 4 : 0);
    if (column == 0) {
      drawToken(surface, node.number(), x, span, chosen);
    } else {
      drawName(surface, column, node, x, span);
    }
  }

  private void drawName(Surface surface, int column, Node node, double x, Span span) {
    boolean bin = node.number() == FlowGraph.BIN;
    boolean picked = !bin && node.number() == expert;
    double room = span.height() + layout.gap(layout.graph().columns().get(column));
    if (room < LINE && !picked && !bin) {
      return;
    }
    boolean last = isLast(column);
    String weight = Figures.decimal(node.weight(), node.weight() % 1 == 0 ? 0 : 1);
    String name = bin ? "dropped" : last ? "expert " + node.number() : "" + node.number();
    Font font = picked || bin ? Fonts.strong(12) : Fonts.sans(12);
    if (!last) {
      surface.fill(
          colors.card().deriveColor(0, 1, 1, 0.72), // ribbons go by below
          x + NODE + 2,
          span.middle() - 8,
          TokenFace.width(name, font) + 8,
          16,
          5);
    }
    surface.text(
        last ? name + " · " + weight : name,
        font,
        bin ? colors.bad() : colors.text(),
        x + NODE + 6,
        span.middle(),
        TextAlignment.LEFT);
  }

  private void drawToken(Surface surface, int number, double x, Span span, boolean chosen) {
    boolean picked = chosen || (over.column() == 0 && over.node() == number);
    boolean small = span.height() < READABLE;
    if (small && !picked) {
      return;
    }
    String text = TokenFace.text(tokens().get(number).text());
    String shown = text.length() > WORDS ? text.substring(0, WORDS - 1) + "…" : text;
    if (small) {
      double wide = TokenFace.width(shown, Fonts.mono(12)) + 8;
      surface.fill(colors.raised(), x - 10 - wide, span.middle() - 9, wide, 18, 5);
    }
    surface.text(
        shown,
        Fonts.mono(small ? 12 : Math.clamp(span.height() * 0.85, 9, 12.5)),
        picked ? colors.text() : colors.muted(),
        x - 14 + (picked ? 0 : 4),
        span.middle(),
        TextAlignment.RIGHT);
  }

  private List<TokenText> tokens() {
    return trace.tokens(trace.layers().get(layers.getFirst()));
  }
}
