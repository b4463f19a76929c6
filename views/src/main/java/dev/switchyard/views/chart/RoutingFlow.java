package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.views.chart.FlowGraph.Node;
import dev.switchyard.views.chart.FlowGraph.Ribbon;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Tokens flow to experts as ribbons in the experts' colours, through one layer or through all of a
 * stack; dropped tokens flow into a bin. The mouse picks out a ribbon or an expert, a click chooses
 * a token or an expert, the up and down keys go from token to token.
 */
public final class RoutingFlow extends ScrolledPainting {
  private static final double LEFT = 118;
  private static final double RIGHT = 96;
  private static final double NODE = 14;
  private static final double HEAD = 24;
  private static final double LEAST_TOKEN = 0.3;
  private static final double READABLE = 9;

  /** Height that a line of small type takes. */
  private static final double LINE = 13;

  private static final int WORDS = 14;

  /** Where a node or a ribbon's end is. */
  private record Span(double top, double height) {
    boolean contains(double y) {
      return y >= top && y < top + Math.max(height, 1);
    }
  }

  /** A ribbon between two columns, with its ends; each is itself and no other. */
  private static final class Drawn {
    private final Ribbon ribbon;
    private final Span from;
    private final Span to;

    Drawn(Ribbon ribbon, Span from, Span to) {
      this.ribbon = ribbon;
      this.from = from;
      this.to = to;
    }

    Ribbon ribbon() {
      return ribbon;
    }

    Span from() {
      return from;
    }

    Span to() {
      return to;
    }
  }

  private final ReadOnlyStringWrapper reading = new ReadOnlyStringWrapper("");
  private final List<Map<Integer, Span>> spans = new ArrayList<>();
  private final List<Drawn> drawn = new ArrayList<>();
  private RoutingTrace trace;
  private List<Integer> layers = List.of();
  private FlowGraph graph;
  private double width;
  private double room;
  private int token = -1;
  private int expert = -1;
  private Drawn overRibbon;
  private int overColumn = -1;
  private int overNode = -1;
  private IntConsumer onToken = t -> {};
  private IntConsumer onExpert = e -> {};

  /** No flow yet. */
  public RoutingFlow(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("routing-flow");
    setFocusTraversable(true);
    setMinHeight(140);
    setOnMouseMoved(e -> hover(inPicture(e.getX(), e.getY())));
    setOnMouseExited(e -> hover(null));
    setOnMousePressed(
        e -> {
          requestFocus();
          hover(inPicture(e.getX(), e.getY()));
          click();
        });
    addEventHandler(KeyEvent.KEY_PRESSED, this::move);
    focusedProperty().subscribe(f -> repaint());
  }

  /** Hears which token was clicked. */
  public void setOnToken(IntConsumer onToken) {
    this.onToken = onToken;
  }

  /** Hears which expert was clicked. */
  public void setOnExpert(IntConsumer onExpert) {
    this.onExpert = onExpert;
  }

  /** What the mouse is over, in words; empty: nothing. */
  public ReadOnlyStringProperty readingProperty() {
    return reading.getReadOnlyProperty();
  }

  /**
   * Shows a trace.
   *
   * @param layer the chosen layer
   * @param throughAll whether all layers of its stack are shown, or it alone
   * @param token the chosen one, or -1
   * @param expert the expert that stands out, or -1
   */
  public void show(RoutingTrace trace, int layer, boolean throughAll, int token, int expert) {
    List<Integer> shown = List.of();
    if (trace != null && layer < trace.layers().size()) {
      boolean encoder = trace.layers().get(layer).encoder();
      shown =
          throughAll
              ? IntStream.range(0, trace.layers().size())
                  .filter(l -> trace.layers().get(l).encoder() == encoder)
                  .boxed()
                  .toList()
              : List.of(layer);
    }
    if (!Objects.equals(trace, this.trace) || !shown.equals(layers)) {
      this.trace = trace;
      this.layers = shown;
      graph = shown.isEmpty() ? null : FlowGraph.of(trace, shown);
      forget();
    }
    this.token = token;
    this.expert = expert;
    repaint();
  }

  private void forget() {
    overRibbon = null;
    overColumn = -1;
    overNode = -1;
    reading.set("");
    drawn.clear();
    spans.clear();
  }

  /** Where an expert of the last column is, in this node's pixels. */
  public Point2D centerOfExpert(int number) {
    int column = spans.size() - 1;
    Span span = spans.get(column).get(number);
    return inNode(x(column) + NODE / 2, span.top() + span.height() / 2);
  }

  /** Where a token is, in this node's pixels. */
  public Point2D centerOfToken(int number) {
    Span span = spans.getFirst().get(number);
    return inNode(x(0) + NODE / 2, span.top() + span.height() / 2);
  }

  // ---- layout ----

  @Override
  Dimension2D contentSize(double seenWidth, double height) {
    width = seenWidth;
    spans.clear();
    drawn.clear();
    if (graph == null) {
      return new Dimension2D(0, 0);
    }
    int tokens = graph.columns().getFirst().size();
    double tall = Math.max(height, HEAD + tokens * LEAST_TOKEN + 12);
    for (List<Node> column : graph.columns()) {
      room = tall - HEAD - 8;
      spans.add(place(column, spans.isEmpty() ? 0 : gap(column)));
    }
    List<Map<Integer, Double>> outs = new ArrayList<>();
    List<Map<Integer, Double>> ins = new ArrayList<>();
    graph.columns().forEach(c -> outs.add(new HashMap<>()));
    graph.columns().forEach(c -> ins.add(new HashMap<>()));
    for (Ribbon ribbon : graph.ribbons()) {
      int c = ribbon.column();
      drawn.add(
          new Drawn(
              ribbon,
              end(spans.get(c).get(ribbon.from()), outs.get(c), ribbon.from(), c, ribbon.weight()),
              end(
                  spans.get(c + 1).get(ribbon.to()),
                  ins.get(c + 1),
                  ribbon.to(),
                  c + 1,
                  ribbon.weight())));
    }
    return new Dimension2D(seenWidth, tall);
  }

  private Span end(Span node, Map<Integer, Double> used, int number, int column, double weight) {
    double whole =
        graph.columns().get(column).stream()
            .filter(n -> n.number() == number)
            .mapToDouble(Node::weight)
            .findFirst()
            .orElse(1);
    double before = used.getOrDefault(number, 0.0);
    used.put(number, before + weight);
    return new Span(node.top() + node.height() * before / whole, node.height() * weight / whole);
  }

  /** Between experts; tokens stand close together. */
  private double gap(List<Node> column) {
    return Math.min(10, room * 0.3 / Math.max(1, column.size()));
  }

  private Map<Integer, Span> place(List<Node> column, double gap) {
    Map<Integer, Span> places = new HashMap<>();
    double all = column.stream().mapToDouble(Node::weight).sum();
    double unit = (room - gap * Math.max(0, column.size() - 1)) / Math.max(1, all);
    double y = HEAD;
    for (Node node : column) {
      double height = node.weight() * unit;
      places.put(node.number(), new Span(y, height));
      y += height + gap;
    }
    return places;
  }

  private double x(int column) {
    int last = Math.max(1, graph.columns().size() - 1);
    return LEFT + (width - LEFT - RIGHT - NODE) * column / last;
  }

  // ---- painting ----

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    if (graph == null) {
      return;
    }
    g.setTextBaseline(VPos.CENTER);
    boolean picked = overRibbon != null || overNode >= 0 || expert >= 0;
    for (Drawn each : drawn) {
      if (!stands(each)) {
        paintRibbon(g, each, picked ? 0.1 : 0.42);
      }
    }
    for (Drawn each : drawn) {
      if (stands(each)) {
        paintRibbon(g, each, 0.85);
      }
    }
    for (int c = 0; c < graph.columns().size(); c++) {
      paintHead(g, c);
      for (Node node : graph.columns().get(c)) {
        paintNode(g, c, node);
      }
    }
  }

  /** Whether a ribbon is picked out. */
  private boolean stands(Drawn each) {
    Ribbon ribbon = each.ribbon();
    if (overRibbon != null) {
      return each == overRibbon;
    }
    if (overNode >= 0) {
      return (ribbon.column() == overColumn && ribbon.from() == overNode)
          || (ribbon.column() + 1 == overColumn && ribbon.to() == overNode);
    }
    return expert >= 0 ? ribbon.to() == expert : ribbon.tokens().contains(token);
  }

  private Color color(int column, int number) {
    if (column == 0) {
      return colors().faint();
    }
    return number == FlowGraph.BIN
        ? colors().bad()
        : ExpertColors.of(number, trace.layers().get(layers.getFirst()).experts());
  }

  private void paintRibbon(GraphicsContext g, Drawn each, double opacity) {
    Ribbon ribbon = each.ribbon();
    double x0 = x(ribbon.column()) + NODE;
    double x1 = x(ribbon.column() + 1);
    double middle = (x0 + x1) / 2;
    double top0 = each.from().top();
    double top1 = each.to().top();
    double bottom0 = top0 + Math.max(0.6, each.from().height() - 0.4);
    double bottom1 = top1 + Math.max(0.6, each.to().height() - 0.4);
    g.setGlobalAlpha(opacity);
    g.setFill(color(ribbon.column() + 1, ribbon.to()));
    g.beginPath();
    g.moveTo(x0, top0);
    g.bezierCurveTo(middle, top0, middle, top1, x1, top1);
    g.lineTo(x1, bottom1);
    g.bezierCurveTo(middle, bottom1, middle, bottom0, x0, bottom0);
    g.closePath();
    g.fill();
    g.setGlobalAlpha(1);
  }

  private void paintHead(GraphicsContext g, int column) {
    g.setFont(Fonts.sans(12));
    g.setFill(colors().muted());
    boolean last = column == graph.columns().size() - 1;
    g.setTextAlign(column == 0 ? TextAlignment.RIGHT : TextAlignment.CENTER);
    String name =
        column == 0 ? "tokens" : Figures.layer(trace.layers().get(layers.get(column - 1)).name());
    g.fillText(name, column == 0 ? x(0) + NODE : x(column) + NODE / 2 + (last ? 10 : 0), HEAD / 2);
  }

  private void paintNode(GraphicsContext g, int column, Node node) {
    Span span = spans.get(column).get(node.number());
    double x = x(column);
    double y = span.top() + span.height() / 2;
    Color color = color(column, node.number());
    boolean chosen = column == 0 && node.number() == token;
    double inset = column == 0 && span.height() > 3 ? 1 : 0;
    double arc = span.height() > 3 ? 4 : 0;
    double height = Math.max(chosen ? 2 : 0.3, span.height() - inset);
    g.setFill(chosen ? colors().text() : color);
    g.fillRoundRect(x, span.top() + inset / 2, NODE, height, arc, arc);
    if (column == 0) {
      paintToken(g, node.number(), x, y, span, chosen);
      return;
    }
    boolean bin = node.number() == FlowGraph.BIN;
    boolean picked = !bin && node.number() == expert;
    if (span.height() + gap(graph.columns().get(column)) < LINE && !picked && !bin) {
      return;
    }
    boolean last = column == graph.columns().size() - 1;
    String weight = Figures.decimal(node.weight(), node.weight() % 1 == 0 ? 0 : 1);
    String name = bin ? "dropped" : last ? "expert " + node.number() : "" + node.number();
    Font font = picked || bin ? Fonts.strong(12) : Fonts.sans(12);
    if (!last) {
      g.setFill(colors().card().deriveColor(0, 1, 1, 0.72)); // ribbons go by below
      g.fillRoundRect(x + NODE + 2, y - 8, TokenFace.width(name, font) + 8, 16, 5, 5);
    }
    g.setFont(font);
    g.setFill(bin ? colors().bad() : colors().text());
    g.setTextAlign(TextAlignment.LEFT);
    g.fillText(last ? name + " · " + weight : name, x + NODE + 6, y);
  }

  private void paintToken(
      GraphicsContext g, int number, double x, double y, Span span, boolean chosen) {
    boolean over = overColumn == 0 && overNode == number;
    boolean small = span.height() < READABLE;
    if (small && !chosen && !over) {
      return;
    }
    String text = TokenFace.text(tokens().get(number).text());
    String shown = text.length() > WORDS ? text.substring(0, WORDS - 1) + "…" : text;
    if (small) {
      double wide = TokenFace.width(shown, Fonts.mono(12)) + 8;
      g.setFill(colors().raised());
      g.fillRoundRect(x - 10 - wide, y - 9, wide, 18, 5, 5);
    }
    g.setFont(Fonts.mono(small ? 12 : Math.clamp(span.height() * 0.85, 9, 12.5)));
    g.setTextAlign(TextAlignment.RIGHT);
    g.setFill(chosen || over ? colors().text() : colors().muted());
    g.fillText(shown, x - 14 + (chosen || over ? 0 : 4), y);
  }

  private List<TokenText> tokens() {
    return trace.tokens(layer(0));
  }

  private LayerRouting layer(int index) {
    return trace.layers().get(layers.get(index));
  }

  // ---- mouse and keys ----

  private void hover(Point2D at) {
    if (graph == null || spans.isEmpty()) {
      return;
    }
    Drawn before = overRibbon;
    int node = overNode;
    int column = overColumn;
    overRibbon = null;
    overNode = -1;
    overColumn = -1;
    if (at != null) {
      find(at);
    }
    reading.set(words());
    if (before != overRibbon || node != overNode || column != overColumn) {
      repaint();
    }
  }

  private void find(Point2D at) {
    for (int c = 0; c < spans.size(); c++) {
      double from = c == 0 ? 0 : x(c) - 3;
      double to = c == spans.size() - 1 ? width : x(c) + NODE + 3;
      if (at.getX() >= from && at.getX() <= to) {
        for (Map.Entry<Integer, Span> each : spans.get(c).entrySet()) {
          if (each.getValue().contains(at.getY())) {
            overColumn = c;
            overNode = each.getKey();
          }
        }
        return;
      }
    }
    double thinnest = Double.MAX_VALUE;
    for (Drawn each : drawn) {
      double height = Math.max(each.from().height(), each.to().height());
      if (height < thinnest && isOver(each, at)) {
        overRibbon = each;
        thinnest = height;
      }
    }
  }

  private boolean isOver(Drawn each, Point2D at) {
    double x0 = x(each.ribbon().column()) + NODE;
    double x1 = x(each.ribbon().column() + 1);
    if (at.getX() < x0 || at.getX() > x1) {
      return false;
    }
    double s = parameter((at.getX() - x0) / (x1 - x0));
    double rise = 3 * s * s - 2 * s * s * s;
    double top = each.from().top() + (each.to().top() - each.from().top()) * rise;
    double height = each.from().height() + (each.to().height() - each.from().height()) * rise;
    double slack = Math.max(0, 2 - height / 2);
    return at.getY() >= top - slack && at.getY() <= top + height + slack;
  }

  /** The curve's parameter at a share of its width: its control points stand in the middle. */
  private static double parameter(double share) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 24; i++) {
      double s = (low + high) / 2;
      double x = 1.5 * s * (1 - s) * (1 - s) + 1.5 * s * s * (1 - s) + s * s * s;
      if (x < share) {
        low = s;
      } else {
        high = s;
      }
    }
    return (low + high) / 2;
  }

  private String words() {
    if (overRibbon != null) {
      Ribbon ribbon = overRibbon.ribbon();
      String from =
          ribbon.column() == 0
              ? "“" + tokens().get(ribbon.from()).text() + "”"
              : place(ribbon.column(), ribbon.from());
      return "%s → %s%s"
          .formatted(
              from,
              place(ribbon.column() + 1, ribbon.to()),
              ribbon.column() == 0 ? "" : " · " + some(ribbon.tokens()));
    }
    if (overNode < 0) {
      return "";
    }
    if (overColumn == 0) {
      return "token %d “%s”".formatted(overNode, tokens().get(overNode).text());
    }
    List<Integer> here =
        drawn.stream()
            .map(Drawn::ribbon)
            .filter(r -> r.column() + 1 == overColumn && r.to() == overNode)
            .flatMap(r -> r.tokens().stream())
            .sorted()
            .toList();
    return place(overColumn, overNode) + " · " + some(here);
  }

  private String place(int column, int number) {
    String layer = Figures.layer(layer(column - 1).name());
    return number == FlowGraph.BIN
        ? "dropped in " + layer
        : "expert %d of %s".formatted(number, layer);
  }

  private String some(List<Integer> numbers) {
    String words =
        numbers.stream()
            .limit(10)
            .map(t -> tokens().get(t).text())
            .collect(Collectors.joining(" "));
    return Figures.count(numbers.size(), "token")
        + ": "
        + words
        + (numbers.size() > 10 ? " …" : "");
  }

  private void click() {
    if (overRibbon != null && overRibbon.ribbon().column() == 0) {
      onToken.accept(overRibbon.ribbon().from());
    } else if (overColumn == 0) {
      onToken.accept(overNode);
    } else if (overColumn > 0 && overNode != FlowGraph.BIN) {
      onExpert.accept(overNode);
    }
  }

  private void move(KeyEvent e) {
    int next = token + (e.getCode() == KeyCode.DOWN ? 1 : e.getCode() == KeyCode.UP ? -1 : 0);
    if (graph != null && next != token && next >= 0 && next < tokens().size()) {
      onToken.accept(next);
      e.consume();
    }
  }
}
