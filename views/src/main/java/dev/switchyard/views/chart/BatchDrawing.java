package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepRouting.Layer;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javafx.geometry.Dimension2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Draws one layer of a batch row by row, on the screen or into a file.
 *
 * @param edges where each token begins, and after the last where the row ends: [row, token]
 */
record BatchDrawing(
    BatchRouting batch, Layer layer, double[][] edges, Font font, Theme.Colors colors) {
  static final double LEFT = 44;
  static final double CHIP = 21;
  static final double ROW = 27;
  static final double GAP = 2;
  private static final double ARC = 4;

  Dimension2D size() {
    double widest = Arrays.stream(edges).mapToDouble(row -> row[row.length - 1]).max().orElse(LEFT);
    return new Dimension2D(widest, edges.length * ROW);
  }

  void draw(Surface surface, Rectangle2D seen) {
    List<String> tokens = batch.tokens(layer);
    int length = batch.rowLength(layer);
    int first = Math.max(0, (int) (seen.getMinY() / ROW));
    int last = Math.min(edges.length - 1, (int) (seen.getMaxY() / ROW));
    for (int row = first; row <= last; row++) {
      double middle = (row + 0.5) * ROW;
      surface.text(
          Integer.toString(row),
          Fonts.mono(11),
          colors.muted(),
          LEFT - 10,
          middle,
          TextAlignment.RIGHT);
      for (int t = 0; t < length; t++) {
        Rectangle2D place = place(row, t);
        if (place.getMaxX() >= seen.getMinX() && place.getMinX() <= seen.getMaxX()) {
          drawToken(surface, row * length + t, tokens.get(row * length + t), place);
        }
      }
    }
  }

  /** Where a token of a row stands. */
  Rectangle2D place(int row, int token) {
    double from = edges[row][token];
    return new Rectangle2D(
        from, row * ROW + (ROW - CHIP) / 2, edges[row][token + 1] - GAP - from, CHIP);
  }

  private void drawToken(Surface surface, int token, String text, Rectangle2D place) {
    int expert = layer.expert(token);
    boolean kept = !layer.isDropped(token);
    Color color = expert < 0 ? colors.raised() : ExpertColors.of(expert, layer.experts());
    double x = place.getMinX();
    double y = place.getMinY();
    TokenFace.box(surface, x, y, place.getWidth(), CHIP, ARC, color, kept, colors);
    Color ink = expert < 0 ? colors.muted() : ExpertColors.textOn(color);
    surface.text(
        TokenFace.text(text),
        font,
        kept ? ink : colors.bad(),
        x + place.getWidth() / 2,
        y + CHIP / 2,
        TextAlignment.CENTER);
  }

  /** A line for each choice of each token; an expert of -1: the token is not routed. */
  CsvFile table() {
    CsvFile table =
        new CsvFile(List.of("row", "token", "text", "expert", "gate", "place", "capacity", "kept"));
    List<String> tokens = batch.tokens(layer);
    int length = batch.rowLength(layer);
    for (int i = 0; i < layer.expert().length; i++) {
      int token = i / layer.choices();
      List<Object> line = new ArrayList<>(List.of(token / length, token % length));
      line.add(tokens.get(token));
      line.add(layer.expert()[i]);
      line.add(layer.gate()[i]);
      line.add(layer.position()[i] + 1);
      line.add(layer.capacity());
      line.add(layer.slot()[i] >= 0 ? 1 : 0);
      table.add(line);
    }
    return table;
  }
}
