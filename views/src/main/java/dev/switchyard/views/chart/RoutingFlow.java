package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.chart.FlowGraph.Ribbon;
import dev.switchyard.views.chart.FlowLayout.Hit;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/**
 * Tokens flow to experts as ribbons in the experts' colours, through one layer or through all of a
 * stack; dropped tokens flow into a bin. The mouse picks out a ribbon or an expert, a click chooses
 * a token or an expert, the up and down keys go from token to token.
 */
public final class RoutingFlow extends ScrolledPainting {
  /** Less, and its words would be cut off in a file. */
  private static final double LEAST_WIDTH = 640;

  /** In a file every token has its name, unless the picture became as high as this. */
  private static final double NAMED_TOKEN = 13;

  private static final double MOST_HEIGHT = 3000;

  private final ReadOnlyStringWrapper reading = new ReadOnlyStringWrapper("");
  private RoutingTrace trace;
  private List<Integer> layers = List.of();
  private FlowGraph graph;
  private FlowLayout layout;
  private int token = -1;
  private int expert = -1;
  private Hit over = Hit.NOTHING;
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
    over = Hit.NOTHING;
    reading.set("");
    layout = null;
  }

  /** Where an expert of the last column is, in this node's pixels. */
  public Point2D centerOfExpert(int number) {
    return center(graph.columns().size() - 1, number);
  }

  /** Where a token is, in this node's pixels. */
  public Point2D centerOfToken(int number) {
    return center(0, number);
  }

  private Point2D center(int column, int number) {
    return inNode(layout.x(column) + FlowLayout.NODE / 2, layout.span(column, number).middle());
  }

  /**
   * The picture of what is shown now, with every token's name.
   *
   * @param data its numbers
   */
  public ChartExport export(String title, Supplier<CsvFile> data) {
    double width = Math.max(LEAST_WIDTH, getWidth());
    if (graph == null) {
      return PaintedExport.of(title, colors(), width, 0, surface -> {}, data);
    }
    int tokens = graph.columns().getFirst().size();
    FlowLayout own =
        new FlowLayout(
            graph,
            width,
            Math.max(getHeight(), FlowLayout.HEAD + Math.min(MOST_HEIGHT, tokens * NAMED_TOKEN)));
    FlowDrawing drawing = new FlowDrawing(trace, layers, own, colors(), token, expert, Hit.NOTHING);
    return PaintedExport.of(title, colors(), own.width(), own.height(), drawing::draw, data);
  }

  @Override
  Dimension2D contentSize(double seenWidth, double height) {
    if (graph == null) {
      layout = null;
      return new Dimension2D(0, 0);
    }
    layout = new FlowLayout(graph, seenWidth, height);
    return new Dimension2D(layout.width(), layout.height());
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    if (layout != null) {
      new FlowDrawing(trace, layers, layout, colors(), token, expert, over)
          .draw(new CanvasSurface(g));
    }
  }

  private List<TokenText> tokens() {
    return trace.tokens(layer(0));
  }

  private LayerRouting layer(int index) {
    return trace.layers().get(layers.get(index));
  }

  // ---- mouse and keys ----

  private void hover(Point2D at) {
    if (layout == null) {
      return;
    }
    Hit before = over;
    over = at == null ? Hit.NOTHING : layout.at(at);
    reading.set(words());
    if (!before.equals(over)) {
      repaint();
    }
  }

  private String words() {
    if (over.ribbon() >= 0) {
      Ribbon ribbon = layout.ribbons().get(over.ribbon()).ribbon();
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
    if (over.node() < 0) {
      return "";
    }
    if (over.column() == 0) {
      return "token %d “%s”".formatted(over.node(), tokens().get(over.node()).text());
    }
    List<Integer> here =
        graph.ribbons().stream()
            .filter(r -> r.column() + 1 == over.column() && r.to() == over.node())
            .flatMap(r -> r.tokens().stream())
            .sorted()
            .toList();
    return place(over.column(), over.node()) + " · " + some(here);
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
    Ribbon ribbon = over.ribbon() < 0 ? null : layout.ribbons().get(over.ribbon()).ribbon();
    if (ribbon != null && ribbon.column() == 0) {
      onToken.accept(ribbon.from());
    } else if (over.column() == 0) {
      onToken.accept(over.node());
    } else if (over.column() > 0 && over.node() != FlowGraph.BIN) {
      onExpert.accept(over.node());
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
