package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.GenerationStep.Alternative;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.util.List;
import java.util.Locale;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.text.TextAlignment;

/** The tokens that might have been written at one place, the most probable first. */
public final class TokenProbabilities extends ScrolledPainting {
  private static final double ROW = 20;
  private static final double LEFT = 112;
  private static final double RIGHT = 54;
  private static final int LEAST_ROWS = 3;

  private List<Alternative> alternatives = List.of();
  private int chosen = -1;

  /** No tokens yet. */
  public TokenProbabilities(ObservableValue<Theme> theme) {
    super(theme);
  }

  /** Shows the alternatives of a step; null: none. */
  public void show(GenerationStep step) {
    alternatives = step == null ? List.of() : step.alternatives();
    chosen = step == null ? -1 : step.token().id();
    repaint();
  }

  /** What is shown. */
  public List<Alternative> alternatives() {
    return alternatives;
  }

  @Override
  protected double computeMinHeight(double width) {
    return LEAST_ROWS * ROW;
  }

  @Override
  protected double computePrefHeight(double width) {
    return Math.max(LEAST_ROWS, alternatives.size()) * ROW;
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    return new Dimension2D(width, alternatives.size() * ROW);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    double room = seen.getWidth() - LEFT - RIGHT;
    g.setTextBaseline(VPos.CENTER);
    g.setFont(Fonts.mono(12));
    for (int i = 0; i < alternatives.size(); i++) {
      double y = i * ROW;
      if (y + ROW < seen.getMinY() || y > seen.getMaxY()) {
        continue;
      }
      Alternative alternative = alternatives.get(i);
      boolean written = alternative.token().id() == chosen;
      String word = TokenFace.text(alternative.token().text());
      g.setTextAlign(TextAlignment.LEFT);
      g.setFill(written ? colors().text() : colors().muted());
      g.fillText(word.length() > 14 ? word.substring(0, 13) + "…" : word, 2, y + ROW / 2);
      g.setFill(colors().raised());
      g.fillRoundRect(LEFT, y + 5, room, ROW - 10, 5, 5);
      g.setFill(written ? colors().accent() : colors().faint());
      double share = alternative.probability();
      g.fillRoundRect(LEFT, y + 5, Math.max(2.5, room * share), ROW - 10, 5, 5);
      g.setTextAlign(TextAlignment.RIGHT);
      g.setFill(written ? colors().text() : colors().muted());
      g.fillText(String.format(Locale.ROOT, "%.3f", share), LEFT + room + RIGHT - 4, y + ROW / 2);
    }
  }
}
