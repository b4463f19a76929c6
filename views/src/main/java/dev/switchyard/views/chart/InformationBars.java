package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Layer;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.function.IntConsumer;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.TextAlignment;

/**
 * How much the experts of each layer know of the labels (of the tokens, where there are none): the
 * mutual information in nats, over the labels' entropy. A click chooses a layer.
 */
public final class InformationBars extends ScrolledPainting {
  private static final double ROW = 26;
  private static final double LEFT = 52;
  private static final double RIGHT = 150;
  private static final int MOST_ROWS = 6;

  private List<Layer> layers = List.of();
  private int chosen;
  private IntConsumer onLayer = l -> {};

  /** No layers yet. */
  public InformationBars(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("information-bars");
    setOnMousePressed(
        e -> {
          int row = (int) Math.floor(inPicture(e.getX(), e.getY()).getY() / ROW);
          if (row >= 0 && row < layers.size()) {
            onLayer.accept(row);
          }
        });
  }

  /** Hears which layer was clicked. */
  public void setOnLayer(IntConsumer onLayer) {
    this.onLayer = onLayer;
  }

  /** Shows what was found; null: nothing. */
  public void show(ExpertPreferences found, int layer) {
    layers = found == null ? List.of() : found.layers();
    chosen = layer;
    if (getParent() != null) {
      getParent().requestLayout();
    }
    repaint();
  }

  @Override
  protected double computeMinHeight(double width) {
    return computePrefHeight(width);
  }

  @Override
  protected double computePrefHeight(double width) {
    return Math.clamp(layers.size(), 1, MOST_ROWS) * ROW;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    return new Dimension2D(width, layers.size() * ROW);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    boolean labelled = !layers.isEmpty() && !Double.isNaN(layers.getFirst().labelEntropy());
    double most =
        labelled
            ? layers.stream().mapToDouble(Layer::labelEntropy).max().orElse(1)
            : layers.stream().mapToDouble(Layer::tokenInformation).max().orElse(1);
    double room = seen.getWidth() - LEFT - RIGHT;
    g.setTextBaseline(VPos.CENTER);
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      double y = i * ROW;
      double value = labelled ? layer.labelInformation() : layer.tokenInformation();
      g.setFont(i == chosen ? Fonts.strong(12) : Fonts.sans(12));
      g.setTextAlign(TextAlignment.LEFT);
      g.setFill(i == chosen ? colors().text() : colors().muted());
      g.fillText(Figures.layer(layer.name()), 2, y + ROW / 2);
      g.setFill(colors().raised());
      g.fillRoundRect(LEFT, y + 6, room, ROW - 12, 6, 6);
      g.setFill(i == chosen ? colors().accent() : colors().faint());
      double share = most <= 0 ? 0 : Math.clamp(value / most, 0, 1);
      g.fillRoundRect(LEFT, y + 6, Math.max(2.5, room * share), ROW - 12, 6, 6);
      g.setFont(Fonts.mono(12));
      g.setTextAlign(TextAlignment.RIGHT);
      g.setFill(colors().text());
      String text =
          labelled
              ? "%s of %s nats"
                  .formatted(Figures.decimal(value, 3), Figures.decimal(layer.labelEntropy(), 3))
              : Figures.decimal(value, 3) + " nats";
      g.fillText(text, LEFT + room + RIGHT - 4, y + ROW / 2);
    }
  }
}
