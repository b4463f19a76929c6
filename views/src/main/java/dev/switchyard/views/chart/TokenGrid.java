package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Theme;
import java.util.function.Supplier;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/**
 * Tokens by Switch layers: a column a token, a row a layer, the number and colour the expert's, the
 * brightness the gate, a dashed red ring a dropped token. Arrow keys move the choice.
 */
public final class TokenGrid extends ScrolledPainting {
  /** A file has room for the tokens' words. */
  private static final double WORDY_CELL = 40;

  private static final double MOST_WIDTH = 6000;

  /** Hears which cell was chosen. */
  public interface OnCell {
    /** A layer and a token, by number. */
    void chosen(int layer, int token);
  }

  private GridDrawing.Content content = GridDrawing.Content.EMPTY;
  private GridLayout layout = GridLayout.EMPTY;
  private OnCell onCell = (l, t) -> {};

  /** An empty grid. */
  public TokenGrid(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("token-grid");
    setFocusTraversable(true);
    setOnMousePressed(
        e -> {
          requestFocus();
          press(inPicture(e.getX(), e.getY()));
        });
    addEventHandler(KeyEvent.KEY_PRESSED, this::move);
    focusedProperty().subscribe(f -> repaint());
  }

  private void press(Point2D at) {
    for (int i = 0; i < layout.tops().size(); i++) {
      int column = (int) Math.floor((at.getX() - GridLayout.LEFT) / layout.cell());
      double top = layout.tops().get(i);
      boolean inside = at.getY() >= top && at.getY() < top + layout.row();
      if (inside && column >= 0 && column < content.count(i)) {
        onCell.chosen(i, column);
      }
    }
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
    boolean moved = layer != content.layer() || token != content.token();
    RoutingTrace before = content.trace();
    content = new GridDrawing.Content(trace, untouched, difference, layer, token, expert);
    if (trace != null
        && (before == null || trace.layers().size() != before.layers().size())
        && getParent() != null) {
      getParent().requestLayout();
    }
    if (moved && trace != null && token >= 0 && layer < layout.tops().size()) {
      double left = GridLayout.LEFT;
      reveal(
          new Rectangle2D(
              layout.x(token) - left,
              layout.tops().get(layer),
              layout.cell() + left,
              layout.row()));
    }
    repaint();
  }

  /** Where a cell is, in this node's pixels. */
  public Point2D centerOf(int layer, int token) {
    return inNode(layout.x(token) + layout.cell() / 2, layout.tops().get(layer) + layout.row() / 2);
  }

  private void move(KeyEvent e) {
    RoutingTrace trace = content.trace();
    KeyCode key = e.getCode();
    if (trace == null || trace.layers().isEmpty() || !key.isArrowKey()) {
      return;
    }
    int down = key == KeyCode.DOWN ? 1 : key == KeyCode.UP ? -1 : 0;
    int right = key == KeyCode.RIGHT ? 1 : key == KeyCode.LEFT ? -1 : 0;
    int layer = Math.clamp(content.layer() + down, 0, trace.layers().size() - 1);
    int most = Math.max(0, content.count(layer) - 1);
    onCell.chosen(layer, Math.clamp(content.token() + right, 0, most));
    e.consume();
  }

  @Override
  protected double computePrefHeight(double width) {
    return content.trace() == null ? 120 : heightWith(content.trace().layers().size(), 38);
  }

  @Override
  protected double computeMinHeight(double width) {
    return content.trace() == null
        ? 60
        : heightWith(Math.min(4, content.trace().layers().size()), GridLayout.LEAST_ROW);
  }

  /** More height than this would only space the rows out. */
  public double mostHeight() {
    return content.trace() == null
        ? Double.MAX_VALUE
        : heightWith(content.trace().layers().size(), GridLayout.MOST_ROW);
  }

  private double heightWith(int rows, double row) {
    return rows * row + GridLayout.heads(content.trace().layers()) + 16;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    layout =
        content.trace() == null ? GridLayout.EMPTY : GridLayout.of(content.trace(), width, height);
    return new Dimension2D(layout.width(), layout.height());
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    if (content.trace() != null) {
      new GridDrawing(content, layout, colors(), isFocused()).draw(new CanvasSurface(g), seen);
    }
  }

  /**
   * The picture of all that is shown now, however little of it is seen.
   *
   * @param data its numbers
   */
  public ChartExport export(String title, Supplier<CsvFile> data) {
    if (content.trace() == null) {
      return PaintedExport.of(title, colors(), 0, 0, surface -> {}, data);
    }
    int most = Math.max(1, Math.max(tokens(true), tokens(false)));
    double width = Math.max(getWidth(), Math.min(MOST_WIDTH, GridLayout.LEFT + most * WORDY_CELL));
    GridLayout own = GridLayout.of(content.trace(), width, getHeight());
    GridDrawing drawing = new GridDrawing(content, own, colors(), false);
    Rectangle2D all = new Rectangle2D(0, 0, own.width(), own.height());
    return PaintedExport.of(
        title, colors(), own.width(), own.height(), surface -> drawing.draw(surface, all), data);
  }

  private int tokens(boolean encoder) {
    return encoder
        ? content.trace().encoderTokens().size()
        : content.trace().decoderTokens().size();
  }
}
