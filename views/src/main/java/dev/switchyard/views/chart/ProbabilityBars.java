package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.TextAlignment;

/** What the router gave each expert for one token, the most probable first. */
public final class ProbabilityBars extends ScrolledPainting {
  private static final double ROW = 22;
  private static final double LEFT = 34;
  private static final double RIGHT = 58;

  private float[] probabilities = {};
  private List<Integer> order = List.of();

  /** No bars yet. */
  public ProbabilityBars(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("probability-bars");
  }

  /** Shows the probabilities of one token, by expert. */
  public void show(float[] probabilities) {
    this.probabilities = probabilities;
    order =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(e -> -probabilities[e]))
            .toList();
    repaint();
  }

  /** The experts from the most to the least probable. */
  public List<Integer> order() {
    return order;
  }

  @Override
  protected double computeMinHeight(double width) {
    return computePrefHeight(width);
  }

  @Override
  protected double computePrefHeight(double width) {
    return Math.min(8, Math.max(3, order.size())) * ROW;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    return new Dimension2D(width, order.size() * ROW);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    double room = seen.getWidth() - LEFT - RIGHT;
    g.setTextBaseline(VPos.CENTER);
    for (int i = 0; i < order.size(); i++) {
      double y = i * ROW;
      if (y + ROW < seen.getMinY() || y > seen.getMaxY()) {
        continue;
      }
      int expert = order.get(i);
      double share = probabilities[expert];
      g.setFont(Fonts.mono(12));
      g.setTextAlign(TextAlignment.LEFT);
      g.setFill(colors().text());
      g.fillText(Integer.toString(expert), 2, y + ROW / 2);
      g.setFill(colors().raised());
      g.fillRoundRect(LEFT, y + 5, room, ROW - 10, 5, 5);
      g.setFill(ExpertColors.of(expert, probabilities.length));
      g.fillRoundRect(LEFT, y + 5, Math.max(2.5, room * share), ROW - 10, 5, 5);
      g.setTextAlign(TextAlignment.RIGHT);
      g.setFill(i == 0 ? colors().text() : colors().muted());
      g.fillText(String.format(Locale.ROOT, "%.3f", share), LEFT + room + RIGHT - 4, y + ROW / 2);
    }
  }
}
