package dev.switchyard.views.component;

import java.util.Locale;
import javafx.css.PseudoClass;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.shape.Circle;

/** The state of a run: a dot in its colour and the word. */
public final class StatePill extends Label {
  private static final java.util.List<String> KINDS =
      java.util.List.of("running", "paused", "finished", "failed", "ready", "replay");

  private final Circle dot = new Circle(4);

  /** A pill without a state. */
  public StatePill() {
    getStyleClass().add("pill");
    dot.getStyleClass().add("dot");
    setGraphic(dot);
    setMinWidth(Region.USE_PREF_SIZE);
  }

  /** Shows a state: ready, running, paused, stopping, finished, interrupted, failed, replay. */
  public void show(String state) {
    String word = state.toLowerCase(Locale.ROOT);
    setText(word.equals("running") ? "training" : word);
    String kind =
        switch (word) {
          case "stopping", "stopped", "interrupted" -> "paused";
          default -> word;
        };
    KINDS.forEach(k -> pseudoClassStateChanged(PseudoClass.getPseudoClass(k), k.equals(kind)));
  }
}
