package dev.switchyard.views.chart;

import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.paint.Color;
import javafx.scene.paint.CycleMethod;
import javafx.scene.paint.LinearGradient;
import javafx.scene.paint.Stop;
import javafx.scene.shape.Rectangle;

/** Which colour is which expert: squares while they are few, a scale where they are many. */
public final class ExpertLegend extends HBox {
  private static final int SQUARES = 16;
  private int shown = -1;

  /** No experts yet. */
  public ExpertLegend() {
    super(8);
    setAlignment(Pos.CENTER_RIGHT);
  }

  /** Shows the colours of so many. */
  public void show(int experts) {
    if (experts == shown) {
      return;
    }
    shown = experts;
    getChildren().clear();
    if (experts > SQUARES) {
      Rectangle scale = new Rectangle(120, 12, gradient(experts));
      scale.setArcWidth(4);
      scale.setArcHeight(4);
      getChildren().addAll(word("expert 0"), scale, word(Integer.toString(experts - 1)));
      return;
    }
    for (int e = 0; e < experts; e++) {
      Rectangle square = new Rectangle(12, 12, ExpertColors.of(e, experts));
      square.setArcWidth(4);
      square.setArcHeight(4);
      Label label = word(Integer.toString(e));
      label.setGraphic(square);
      label.setGraphicTextGap(4);
      getChildren().add(label);
    }
  }

  private static Label word(String text) {
    Label label = new Label(text);
    label.getStyleClass().add("muted");
    label.setMinWidth(USE_PREF_SIZE);
    return label;
  }

  private static LinearGradient gradient(int experts) {
    int parts = Math.min(experts, 32);
    Stop[] stops = new Stop[2 * parts];
    for (int i = 0; i < parts; i++) {
      Color color = ExpertColors.of(i * (experts - 1) / Math.max(1, parts - 1), experts);
      stops[2 * i] = new Stop((double) i / parts, color);
      stops[2 * i + 1] = new Stop((double) (i + 1) / parts, color);
    }
    return new LinearGradient(0, 0, 1, 0, true, CycleMethod.NO_CYCLE, stops);
  }
}
