package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.ProbeReport.Layer;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * One sentence at many steps of a training: a row for each step, in it the tokens in the colours of
 * the experts that they went to, below one another. Dropped tokens are hollow; a corner marks those
 * that went elsewhere the step before. The newest row is the last.
 */
public final class ProbeRows extends ScrolledPainting {
  private static final double LEFT = 62;
  private static final double RIGHT = 92;
  private static final double CHIP = 23;
  private static final double ROW = 27;
  private static final double GAP = 4;
  private static final double CORNER = 6;

  /**
   * What a layer made of the sentence at one step.
   *
   * @param before what it made of it at the look before; null: this is the first
   */
  public record Row(long step, Layer layer, Layer before) {
    /** Share of the tokens that went elsewhere before; NaN at the first look. */
    public double changed() {
      return before == null ? Double.NaN : layer.changed(before);
    }
  }

  private final Map<String, Double> widths = new HashMap<>();
  private final Font font = TokenFace.mono(12.5);
  private List<String> tokens = List.of();
  private List<Row> rows = List.of();
  private int chosen = -1;
  private IntConsumer onRow = row -> {};

  /** No rows yet. */
  public ProbeRows(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("probe-rows");
    setFocusTraversable(true);
    setOnMousePressed(
        e -> {
          requestFocus();
          int row = (int) (inPicture(e.getX(), e.getY()).getY() / ROW);
          if (row >= 0 && row < rows.size()) {
            onRow.accept(row);
          }
        });
    setOnKeyPressed(
        e -> {
          int move = e.getCode() == KeyCode.DOWN ? 1 : e.getCode() == KeyCode.UP ? -1 : 0;
          if (move != 0 && chosen + move >= 0 && chosen + move < rows.size()) {
            onRow.accept(chosen + move);
          }
          if (move != 0) {
            e.consume();
          }
        });
  }

  /** Hears which row was chosen. */
  public void setOnRow(IntConsumer listener) {
    onRow = listener;
  }

  /**
   * Replaces what is shown.
   *
   * @param tokens of the sentence
   * @param rows oldest first
   * @param chosen the row that is looked at, which is scrolled to; -1: none
   */
  public void show(List<String> tokens, List<Row> rows, int chosen) {
    this.tokens = tokens;
    this.rows = List.copyOf(rows);
    this.chosen = chosen;
    if (chosen >= 0) {
      reveal(new Rectangle2D(0, chosen * ROW, 1, ROW));
    }
    repaint();
  }

  /** The rows that are shown, oldest first. */
  public List<Row> rows() {
    return rows;
  }

  /** The row that is looked at; -1: none. */
  public int chosen() {
    return chosen;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    double all = LEFT + RIGHT;
    for (double chip : chips()) {
      all += chip + GAP;
    }
    return new Dimension2D(Math.max(all, LEFT), rows.size() * ROW);
  }

  private List<Double> chips() {
    List<Double> chips = new ArrayList<>();
    for (String token : tokens) {
      String text = TokenFace.text(token);
      chips.add(widths.computeIfAbsent(text, word -> Math.ceil(TokenFace.width(word, font))) + 11);
    }
    return chips;
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    List<Double> chips = chips();
    int first = Math.max(0, (int) (seen.getMinY() / ROW));
    int last = Math.min(rows.size() - 1, (int) (seen.getMaxY() / ROW));
    for (int r = first; r <= last; r++) {
      paintRow(g, r, chips, seen);
    }
  }

  private void paintRow(GraphicsContext g, int number, List<Double> chips, Rectangle2D seen) {
    Row row = rows.get(number);
    double y = number * ROW + (ROW - CHIP) / 2;
    if (number == chosen) {
      g.setFill(colors().raised());
      g.fillRoundRect(seen.getMinX(), number * ROW, seen.getWidth(), ROW, 8, 8);
    }
    g.setTextBaseline(VPos.CENTER);
    g.setTextAlign(TextAlignment.RIGHT);
    g.setFont(Fonts.mono(11.5));
    g.setFill(number == chosen ? colors().text() : colors().muted());
    g.fillText(Figures.whole(row.step()), LEFT - 12, y + CHIP / 2);
    double x = LEFT;
    g.setFont(font);
    g.setTextAlign(TextAlignment.CENTER);
    for (int t = 0; t < chips.size(); t++) {
      if (x + chips.get(t) >= seen.getMinX() && x <= seen.getMaxX()) {
        paintChip(g, row, t, x, y, chips.get(t));
      }
      x += chips.get(t) + GAP;
    }
    if (row.before() != null) {
      g.setFont(Fonts.sans(11.5));
      g.setTextAlign(TextAlignment.LEFT);
      g.setFill(number == chosen ? colors().text() : colors().muted());
      g.fillText(Figures.percent(row.changed()) + " changed", x + 8, y + CHIP / 2);
    }
  }

  private void paintChip(GraphicsContext g, Row row, int token, double x, double y, double width) {
    Layer layer = row.layer();
    boolean routed = token < layer.expert().length && layer.expert()[token] >= 0;
    boolean kept = !routed || layer.kept()[token];
    Color color =
        routed ? ExpertColors.of(layer.expert()[token], layer.experts()) : colors().raised();
    TokenFace.box(new CanvasSurface(g), x, y, width, CHIP, 7, color, kept, colors());
    g.setFill(kept ? routed ? ExpertColors.textOn(color) : colors().text() : colors().bad());
    g.fillText(TokenFace.text(tokens.get(token)), x + width / 2, y + CHIP / 2);
    if (routed && row.before() != null && layer.isChanged(row.before(), token)) {
      g.setFill(colors().text());
      g.fillPolygon(
          new double[] {x + width - CORNER, x + width, x + width},
          new double[] {y, y, y + CORNER},
          3);
    }
  }
}
