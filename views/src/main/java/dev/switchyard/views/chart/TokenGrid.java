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
import java.util.ArrayList;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * Tokens by Switch layers: a column a token, a row a layer, the number and colour the expert's, the
 * brightness the gate, a dashed red ring a dropped token. Arrow keys move the choice.
 */
public final class TokenGrid extends ScrolledPainting {
  private static final double LEFT = 52;
  private static final double HEAD = 22;
  private static final double LEAST_CELL = 22;
  private static final double MOST_CELL = 84;
  private static final double LEAST_ROW = 24;
  private static final double MOST_ROW = 58;

  /** Hears which cell was chosen. */
  public interface OnCell {
    /** A layer and a token, by number. */
    void chosen(int layer, int token);
  }

  private RoutingTrace trace;
  private RoutingTrace untouched;
  private RoutingDifference difference;
  private final List<Double> rowTops = new ArrayList<>();
  private int layer;
  private int token = -1;
  private int expert = -1;
  private double cell = LEAST_CELL;
  private double row = LEAST_ROW;
  private OnCell onCell = (l, t) -> {};

  /** An empty grid. */
  public TokenGrid(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("token-grid");
    setFocusTraversable(true);
    setOnMousePressed(
        e -> {
          requestFocus();
          Point2D p = inPicture(e.getX(), e.getY());
          for (int i = 0; i < rowTops.size(); i++) {
            int column = (int) Math.floor((p.getX() - LEFT) / cell);
            double top = rowTops.get(i);
            if (p.getY() >= top && p.getY() < top + row && column >= 0 && column < count(i)) {
              onCell.chosen(i, column);
            }
          }
        });
    addEventHandler(KeyEvent.KEY_PRESSED, this::move);
    focusedProperty().subscribe(f -> repaint());
  }

  /** Hears which cell was chosen. */
  public void setOnCell(OnCell onCell) {
    this.onCell = onCell;
  }

  /** Shows a trace; layer and token are the chosen ones, expert the one that stands out or -1. */
  public void show(RoutingTrace trace, int layer, int token, int expert) {
    show(trace, null, null, layer, token, expert);
  }

  /**
   * Shows a what-if's trace: tokens that it changed have a strip above them that says what they
   * were.
   *
   * @param untouched the model's own trace; null with the difference
   * @param difference between them; null: nothing is changed
   */
  public void show(
      RoutingTrace trace,
      RoutingTrace untouched,
      RoutingDifference difference,
      int layer,
      int token,
      int expert) {
    this.untouched = untouched;
    this.difference = difference;
    boolean moved = layer != this.layer || token != this.token;
    boolean resized =
        trace != null
            && (this.trace == null || trace.layers().size() != this.trace.layers().size());
    this.trace = trace;
    this.layer = layer;
    this.token = token;
    this.expert = expert;
    if (resized) {
      requestLayoutOfParents();
    }
    if (moved && trace != null && token >= 0 && layer < rowTops.size()) {
      reveal(
          new Rectangle2D(
              Math.max(0, LEFT + token * cell - LEFT), rowTops.get(layer), cell + LEFT, row));
    }
    repaint();
  }

  /** Where a cell is, in this node's pixels. */
  public Point2D centerOf(int layer, int token) {
    return inNode(LEFT + (token + 0.5) * cell, rowTops.get(layer) + row / 2);
  }

  private void requestLayoutOfParents() {
    if (getParent() != null) {
      getParent().requestLayout();
    }
  }

  private void move(KeyEvent e) {
    if (trace == null || trace.layers().isEmpty()) {
      return;
    }
    KeyCode key = e.getCode();
    int nextLayer = layer + (key == KeyCode.DOWN ? 1 : key == KeyCode.UP ? -1 : 0);
    int nextToken = token + (key == KeyCode.RIGHT ? 1 : key == KeyCode.LEFT ? -1 : 0);
    if (!key.isArrowKey()) {
      return;
    }
    nextLayer = Math.clamp(nextLayer, 0, trace.layers().size() - 1);
    nextToken = Math.clamp(nextToken, 0, Math.max(0, count(nextLayer) - 1));
    onCell.chosen(nextLayer, nextToken);
    e.consume();
  }

  private int count(int index) {
    return trace.layers().get(index).expert().length;
  }

  @Override
  protected double computePrefHeight(double width) {
    if (trace == null) {
      return 120;
    }
    return trace.layers().size() * 38 + stacks() * (HEAD + 6) + 10;
  }

  @Override
  protected double computeMinHeight(double width) {
    return trace == null
        ? 60
        : Math.min(4, trace.layers().size()) * LEAST_ROW + stacks() * (HEAD + 6) + 10;
  }

  /** More height than this would only space the rows out. */
  public double mostHeight() {
    return trace == null
        ? Double.MAX_VALUE
        : trace.layers().size() * MOST_ROW + stacks() * (HEAD + 6) + 10;
  }

  private long stacks() {
    return trace.layers().stream().map(LayerRouting::encoder).distinct().count();
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    rowTops.clear();
    if (trace == null || trace.layers().isEmpty()) {
      return new Dimension2D(0, 0);
    }
    int most = 1;
    for (int i = 0; i < trace.layers().size(); i++) {
      most = Math.max(most, count(i));
    }
    cell = Math.clamp(Math.floor((width - LEFT - 4) / most), LEAST_CELL, MOST_CELL);
    double heads = stacks() * HEAD + (stacks() - 1) * 6;
    row = Math.clamp(Math.floor((height - heads - 4) / trace.layers().size()), LEAST_ROW, MOST_ROW);
    double y = 0;
    for (int i = 0; i < trace.layers().size(); i++) {
      if (i == 0 || trace.layers().get(i).encoder() != trace.layers().get(i - 1).encoder()) {
        y += HEAD + (i == 0 ? 0 : 6);
      }
      rowTops.add(y);
      y += row;
    }
    return new Dimension2D(LEFT + most * cell + 4, y + 4);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    if (trace == null) {
      return;
    }
    g.setTextBaseline(VPos.CENTER);
    int first = (int) Math.max(0, Math.floor((seen.getMinX()) / cell));
    for (int i = 0; i < trace.layers().size(); i++) {
      LayerRouting routing = trace.layers().get(i);
      int last = (int) Math.min(count(i), Math.ceil((seen.getMaxX() - LEFT) / cell));
      if (i == 0 || routing.encoder() != trace.layers().get(i - 1).encoder()) {
        paintHead(g, routing, rowTops.get(i) - HEAD, first, last);
      }
      if (rowTops.get(i) + row < seen.getMinY() || rowTops.get(i) > seen.getMaxY()) {
        continue;
      }
      for (int t = first; t < last; t++) {
        paintCell(g, i, rowTops.get(i), t);
      }
    }
    paintChoice(g);
    paintNames(g, seen);
  }

  private void paintHead(GraphicsContext g, LayerRouting routing, double top, int first, int last) {
    List<TokenText> tokens = trace.tokens(routing);
    g.setFont(Fonts.mono(10.5));
    g.setTextAlign(TextAlignment.CENTER);
    int letters = (int) Math.max(1, Math.floor((cell - 2) / 6.4));
    for (int t = first; t < last; t++) {
      String text = TokenFace.text(tokens.get(t).text());
      g.setFill(
          t == token && routing.encoder() == chosenStack() ? colors().text() : colors().muted());
      g.fillText(
          text.length() > letters ? text.substring(0, letters) : text,
          LEFT + (t + 0.5) * cell,
          top + HEAD / 2);
    }
  }

  private void paintCell(GraphicsContext g, int index, double top, int t) {
    LayerRouting routing = trace.layers().get(index);
    int asked = routing.expert()[t];
    boolean kept = routing.kept()[t];
    double x = LEFT + t * cell + 1.5;
    double width = cell - 3;
    double y = top + 1.5;
    double height = row - 3;
    Color color = asked < 0 ? colors().raised() : ExpertColors.of(asked, routing.experts());
    Color shown = ExpertColors.over(color, colors().card(), 0.32 + 0.68 * routing.gate()[t]);
    boolean beside = expert >= 0 && routing.choice(t, expert).isEmpty();
    g.setGlobalAlpha(beside ? colors().faded(0.38) : 1);
    TokenFace.box(g, x, y, width, height, 6, shown, kept || asked < 0, colors());
    long more = routing.choices().get(t).stream().filter(Choice::kept).skip(1).count();
    boolean narrow = cell < 26 && (asked > 99 || more > 0);
    double size = Math.min(Math.clamp(row * 0.34, 11.5, 17), Math.max(11, cell * 0.52));
    g.setFont(Fonts.sans(narrow ? 9 : size));
    g.setTextAlign(TextAlignment.CENTER);
    g.setFill(kept ? ExpertColors.textOn(shown) : colors().bad());
    boolean changed = difference != null && difference.at(index, t) != Change.SAME;
    String number = asked < 0 ? "" : asked + (more > 0 ? "+" : "");
    g.fillText(number, x + width / 2, y + height / 2 + (changed ? strip() / 2 : 0));
    if (changed) {
      paintBefore(g, untouched.layers().get(index), t, x, y, width);
    }
    g.setGlobalAlpha(1);
  }

  private double strip() {
    return Math.max(5, row * 0.22);
  }

  /** What the token was before the what-if: its expert's colour, or red where it was dropped. */
  private void paintBefore(
      GraphicsContext g, LayerRouting before, int t, double x, double y, double width) {
    double height = strip();
    g.setFill(colors().card());
    g.fillRect(x, y, width, height + 2);
    boolean kept = before.kept()[t];
    g.setFill(kept ? ExpertColors.of(before.expert()[t], before.experts()) : colors().badSoft());
    g.fillRoundRect(x, y, width, height, 4, 4);
    if (!kept) {
      g.setStroke(colors().bad());
      g.setLineWidth(colors().line(1));
      g.strokeRoundRect(x + 0.5, y + 0.5, width - 1, height - 1, 4, 4);
    }
  }

  private boolean chosenStack() {
    return layer >= trace.layers().size() || trace.layers().get(layer).encoder();
  }

  /** A frame around the token's column through its stack, a thicker one around the chosen cell. */
  private void paintChoice(GraphicsContext g) {
    if (token < 0 || layer >= rowTops.size() || token >= count(layer)) {
      return;
    }
    double top = Double.NaN;
    double bottom = 0;
    for (int i = 0; i < rowTops.size(); i++) {
      if (trace.layers().get(i).encoder() == chosenStack()) {
        top = Double.isNaN(top) ? rowTops.get(i) : top;
        bottom = rowTops.get(i) + row;
      }
    }
    double x = LEFT + token * cell;
    g.setStroke(colors().muted());
    g.setLineWidth(colors().line(1));
    g.strokeRoundRect(x - 0.5, top - 0.5, cell + 1, bottom - top + 1, 8, 8);
    g.setStroke(isFocused() ? colors().focus() : colors().text());
    g.setLineWidth(colors().line(2));
    g.strokeRoundRect(x, rowTops.get(layer), cell, row, 8, 8);
  }

  /** Layers' names stay at the left while tokens scroll. */
  private void paintNames(GraphicsContext g, Rectangle2D seen) {
    double x = seen.getMinX();
    g.setFill(colors().card());
    g.fillRect(x, seen.getMinY(), LEFT - 2, seen.getHeight());
    g.setTextAlign(TextAlignment.LEFT);
    g.setFont(Fonts.sans(12));
    for (int i = 0; i < rowTops.size(); i++) {
      g.setFill(i == layer ? colors().text() : colors().muted());
      g.fillText(Figures.layer(trace.layers().get(i).name()), x, rowTops.get(i) + row / 2);
    }
  }
}
