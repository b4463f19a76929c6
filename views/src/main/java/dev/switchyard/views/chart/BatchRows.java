package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepRouting.Layer;
import dev.switchyard.views.theme.Theme;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.text.Font;

/**
 * The rows of a batch, one below the other, each token in the colour of the expert that it went to
 * in one layer. Dropped tokens are hollow and red; padding, which no expert sees, is grey.
 */
public final class BatchRows extends ScrolledPainting {
  private static final double AROUND = 8;
  // Single letters, as a tokenizer of bytes gives them, stand closer.
  private static final double AROUND_LETTER = 4;

  private final Map<String, Double> widths = new HashMap<>();
  private final Font font = TokenFace.mono(12);
  private BatchRouting batch;
  private Layer layer;
  private List<String> tokens = List.of();
  private int length;
  private double[][] edges = {};
  private int chosen = -1;
  private IntConsumer onToken = token -> {};

  /** No rows yet. */
  public BatchRows(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("batch-rows");
    setFocusTraversable(true);
    setOnMousePressed(
        e -> {
          requestFocus();
          choose(at(inPicture(e.getX(), e.getY())));
        });
    setOnKeyPressed(this::move);
    focusedProperty().subscribe(now -> repaint());
  }

  /** Hears which token was chosen, by its number in the batch. */
  public void setOnToken(IntConsumer listener) {
    onToken = listener;
  }

  /** Shows one layer of a batch; what is chosen keeps its place. */
  public void show(BatchRouting batch, Layer layer) {
    List<String> now = batch.tokens(layer);
    if (!now.equals(tokens) || length != batch.rowLength(layer)) {
      tokens = now;
      length = batch.rowLength(layer);
      edges = edges(batch.rows());
    }
    this.batch = batch;
    this.layer = layer;
    if (chosen >= tokens.size()) {
      chosen = -1;
    }
    repaint();
  }

  /** The chosen token's number in the batch; -1: none is. */
  public int chosen() {
    return chosen;
  }

  /** Chooses a token by its number in the batch; nothing where there is none. */
  public void choose(int token) {
    if (token >= 0 && token < tokens.size()) {
      chosen = token;
      reveal(drawing().place(token / length, token % length));
      onToken.accept(token);
    }
  }

  /** All of it, whatever is seen of it, for files; nothing before there is a batch. */
  public ChartExport export(String title) {
    BatchDrawing drawing = drawing();
    Dimension2D size = drawing.size();
    Rectangle2D all = new Rectangle2D(0, 0, size.getWidth(), size.getHeight());
    return PaintedExport.of(
        title,
        colors(),
        size.getWidth(),
        size.getHeight(),
        surface -> drawing.draw(surface, all),
        drawing::table);
  }

  private BatchDrawing drawing() {
    return new BatchDrawing(batch, layer, edges, font, colors());
  }

  private void move(KeyEvent e) {
    int by =
        switch (e.getCode()) {
          case LEFT -> -1;
          case RIGHT -> 1;
          case UP -> -length;
          case DOWN -> length;
          default -> 0;
        };
    if (by != 0 || e.getCode() == KeyCode.HOME) {
      choose(chosen < 0 || by == 0 ? 0 : chosen + by);
      e.consume();
    }
  }

  private double[][] edges(int rows) {
    double[][] all = new double[rows][length + 1];
    for (int row = 0; row < rows; row++) {
      double x = BatchDrawing.LEFT;
      for (int t = 0; t < length; t++) {
        all[row][t] = x;
        x += width(TokenFace.text(tokens.get(row * length + t))) + BatchDrawing.GAP;
      }
      all[row][length] = x;
    }
    return all;
  }

  private double width(String text) {
    double around = text.length() == 1 ? AROUND_LETTER : AROUND;
    return widths.computeIfAbsent(text, word -> Math.ceil(TokenFace.width(word, font)) + around);
  }

  /** The token at a point of the picture; -1: none. */
  private int at(Point2D point) {
    int row = (int) Math.floor(point.getY() / BatchDrawing.ROW);
    if (row < 0 || row >= edges.length) {
      return -1;
    }
    for (int t = 0; t < length; t++) {
      if (point.getX() >= edges[row][t] && point.getX() < edges[row][t + 1]) {
        return row * length + t;
      }
    }
    return -1;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    return layer == null ? new Dimension2D(0, 0) : drawing().size();
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    if (layer == null) {
      return;
    }
    BatchDrawing drawing = drawing();
    drawing.draw(new CanvasSurface(g), seen);
    if (chosen >= 0) {
      Rectangle2D place = drawing.place(chosen / length, chosen % length);
      TokenFace.ring(
          g,
          place.getMinX(),
          place.getMinY(),
          place.getWidth(),
          place.getHeight(),
          4,
          isFocused(),
          colors());
    }
  }
}
