package dev.switchyard.views.component;

import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;

/** A figure that matters, large, under its word. */
public final class Stat extends VBox {
  private final Label value = new Label();

  /** A figure; its word is explained on hover. */
  public Stat(Term term, String word, ObservableValue<String> figure) {
    getStyleClass().add("stat");
    value.getStyleClass().addAll("strong", "stat-value");
    value.textProperty().bind(figure);
    getChildren().addAll(Glossary.label(term, word), value);
    Glossary.explain(this, term);
  }

  /** Gives the figure a role: good, muted, accent. */
  public Stat as(String role) {
    value.getStyleClass().add(role);
    return this;
  }

  /** The figure itself. */
  public Label value() {
    return value;
  }
}
