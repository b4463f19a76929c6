package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * One token in every layer of its stack: a bar divided by the router's probabilities in the
 * experts' colours, the gate, and the place in the queue.
 */
public final class TokenPath extends ScrolledPainting {
  private static final double ROW = 22;
  private static final double LEFT = 48;
  private static final double RIGHT = 104;
  private static final int SEEN_AT_LEAST = 2;
  private static final int SEEN_AT_MOST = 4;

  private RoutingTrace trace;
  private List<Integer> layers = List.of();
  private int token;
  private int chosen;
  private IntConsumer onLayer = l -> {};

  /** No token yet. */
  public TokenPath(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("token-path");
    setOnMousePressed(
        e -> {
          int row = (int) Math.floor(inPicture(e.getX(), e.getY()).getY() / ROW);
          if (row >= 0 && row < layers.size()) {
            onLayer.accept(layers.get(row));
          }
        });
  }

  /** Hears which layer was clicked. */
  public void setOnLayer(IntConsumer onLayer) {
    this.onLayer = onLayer;
  }

  /** Shows a token of a layer; null: none. */
  public void show(RoutingTrace trace, int layer, int token) {
    this.trace = trace;
    this.token = token;
    this.chosen = layer;
    int before = layers.size();
    layers =
        trace == null
            ? List.of()
            : IntStream.range(0, trace.layers().size())
                .filter(l -> trace.layers().get(l).encoder() == trace.layers().get(layer).encoder())
                .boxed()
                .toList();
    if (before != layers.size() && getParent() != null) {
      getParent().requestLayout();
    }
    int row = layers.indexOf(layer);
    if (row >= 0) {
      reveal(new Rectangle2D(0, row * ROW, 1, ROW));
    }
    repaint();
  }

  /** Numbers of the layers that are shown, from the top. */
  public List<Integer> layers() {
    return layers;
  }

  @Override
  protected double computeMinHeight(double width) {
    return Math.clamp(layers.size(), 1, SEEN_AT_LEAST) * ROW;
  }

  @Override
  protected double computePrefHeight(double width) {
    return Math.clamp(layers.size(), 1, SEEN_AT_MOST) * ROW;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    return new Dimension2D(width, layers.size() * ROW);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    g.setTextBaseline(VPos.CENTER);
    for (int i = 0; i < layers.size(); i++) {
      double y = i * ROW;
      if (y + ROW >= seen.getMinY() && y <= seen.getMaxY()) {
        paintLayer(g, layers.get(i), y, seen.getWidth());
      }
    }
  }

  private void paintLayer(GraphicsContext g, int index, double y, double width) {
    LayerRouting layer = trace.layers().get(index);
    g.setTextAlign(TextAlignment.LEFT);
    g.setFont(index == chosen ? Fonts.strong(12) : Fonts.sans(12));
    g.setFill(index == chosen ? colors().text() : colors().muted());
    g.fillText(Figures.layer(layer.name()), 2, y + ROW / 2);
    double room = Math.max(10, width - LEFT - RIGHT);
    double x = LEFT;
    float[] probabilities = layer.probabilities()[token];
    for (int e = 0; e < probabilities.length; e++) {
      double part = room * probabilities[e];
      Color color = ExpertColors.of(e, layer.experts());
      g.setFill(color);
      g.fillRect(x, y + 4, part, ROW - 8);
      if (part > 16 && layer.experts() <= ExpertColors.DISTINCT) {
        g.setTextAlign(TextAlignment.CENTER);
        g.setFont(Fonts.sans(10.5));
        g.setFill(ExpertColors.textOn(color));
        g.fillText(Integer.toString(e), x + part / 2, y + ROW / 2);
      }
      x += part;
    }
    if (index == chosen) {
      g.setStroke(colors().text());
      g.setLineWidth(colors().line(1));
      g.strokeRect(LEFT - 0.5, y + 3.5, room + 1, ROW - 7);
    }
    paintFate(g, layer, y, width);
  }

  private void paintFate(GraphicsContext g, LayerRouting layer, double y, double width) {
    int expert = layer.expert()[token];
    boolean kept = layer.kept()[token];
    String place =
        expert < 0
            ? "not routed"
            : layer.position()[token] < 0
                ? "not taken"
                : "%s %d/%d"
                    .formatted(
                        Figures.decimal(layer.gate()[token], 2),
                        layer.position()[token] + 1,
                        layer.capacity());
    g.setTextAlign(TextAlignment.RIGHT);
    g.setFont(Fonts.mono(11.5));
    g.setFill(kept ? colors().text() : expert < 0 ? colors().muted() : colors().bad());
    g.fillText(place, width - 2, y + ROW / 2);
  }
}
