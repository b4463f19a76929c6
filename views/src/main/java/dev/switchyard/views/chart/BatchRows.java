package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepRouting.Layer;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
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
 * The rows of a batch, one below the other, each token in the colour of the expert that it went to
 * in one layer. Dropped tokens are hollow and red; padding, which no expert sees, is grey.
 */
public final class BatchRows extends ScrolledPainting {
  private static final double LEFT = 44;
  private static final double CHIP = 21;
  private static final double ROW = 25;
  private static final double GAP = 2;
  private static final double AROUND = 8;
  // Single letters, as a tokenizer of bytes gives them, stand closer.
  private static final double AROUND_LETTER = 4;

  private final Map<String, Double> widths = new HashMap<>();
  private final Font font = TokenFace.mono(12);
  private List<String> tokens = List.of();
  private Layer layer;
  private int length;
  private int chosen = -1;
  // Where each token begins, and each row ends: [row * (length + 1) + token].
  private double[] edges = {};
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
      edges = edges();
    }
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

  /** Chooses a token by its number in the batch. */
  public void choose(int token) {
    if (token < 0 || token >= tokens.size()) {
      return;
    }
    chosen = token;
    int row = token / length;
    double from = edge(row, token % length);
    reveal(new Rectangle2D(from, row * ROW, edge(row, token % length + 1) - from, ROW));
    onToken.accept(token);
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
    if (by != 0) {
      choose(chosen < 0 ? 0 : chosen + by);
      e.consume();
    } else if (e.getCode() == KeyCode.HOME) {
      choose(0);
      e.consume();
    }
  }

  private double[] edges() {
    int rows = length == 0 ? 0 : tokens.size() / length;
    double[] all = new double[rows * (length + 1)];
    for (int row = 0; row < rows; row++) {
      double x = LEFT;
      for (int t = 0; t <= length; t++) {
        all[row * (length + 1) + t] = x;
        x += t == length ? 0 : width(tokens.get(row * length + t)) + GAP;
      }
    }
    return all;
  }

  private double width(String token) {
    String text = TokenFace.text(token);
    double around = text.length() == 1 ? AROUND_LETTER : AROUND;
    return widths.computeIfAbsent(text, word -> Math.ceil(TokenFace.width(word, font)) + around);
  }

  private double edge(int row, int token) {
    return edges[row * (length + 1) + token];
  }

  private int rows() {
    return length == 0 ? 0 : tokens.size() / length;
  }

  /** The token at a point of the picture; -1: none. */
  private int at(Point2D point) {
    int row = (int) Math.floor(point.getY() / ROW);
    if (row < 0 || row >= rows()) {
      return -1;
    }
    for (int t = 0; t < length; t++) {
      if (point.getX() >= edge(row, t) && point.getX() < edge(row, t + 1)) {
        return row * length + t;
      }
    }
    return -1;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    double widest = Arrays.stream(edges).max().orElse(LEFT);
    return new Dimension2D(widest, rows() * ROW);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    int first = Math.max(0, (int) (seen.getMinY() / ROW));
    int last = Math.min(rows() - 1, (int) (seen.getMaxY() / ROW));
    CanvasSurface surface = new CanvasSurface(g);
    g.setTextBaseline(VPos.CENTER);
    List<Runnable> above = new ArrayList<>();
    for (int row = first; row <= last; row++) {
      double y = row * ROW + (ROW - CHIP) / 2;
      g.setTextAlign(TextAlignment.RIGHT);
      g.setFont(Fonts.mono(11));
      g.setFill(colors().muted());
      g.fillText(Integer.toString(row), LEFT - 10, y + CHIP / 2);
      g.setTextAlign(TextAlignment.CENTER);
      g.setFont(font);
      for (int t = 0; t < length; t++) {
        double x = edge(row, t);
        double width = edge(row, t + 1) - GAP - x;
        if (x + width >= seen.getMinX() && x <= seen.getMaxX()) {
          paintToken(g, surface, row * length + t, x, y, width);
          if (row * length + t == chosen) {
            above.add(() -> TokenFace.ring(g, x, y, width, CHIP, 4, isFocused(), colors()));
          }
        }
      }
    }
    above.forEach(Runnable::run);
  }

  private void paintToken(
      GraphicsContext g, CanvasSurface surface, int token, double x, double y, double width) {
    int expert = layer.expert(token);
    boolean kept = !layer.isDropped(token);
    Color color = expert < 0 ? colors().raised() : ExpertColors.of(expert, layer.experts());
    TokenFace.box(surface, x, y, width, CHIP, 4, color, kept, colors());
    g.setFill(!kept ? colors().bad() : expert < 0 ? colors().muted() : ExpertColors.textOn(color));
    g.fillText(TokenFace.text(tokens.get(token)), x + width / 2, y + CHIP / 2);
  }
}
