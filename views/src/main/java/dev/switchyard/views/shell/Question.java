package dev.switchyard.views.shell;

import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** A question over the window; nothing else can be done until it is answered. */
final class Question extends StackPane {
  private final Label title = new Label();
  private final Label text = new Label();
  private final HBox answers = new HBox(8);

  Question() {
    setId("question");
    getStyleClass().add("veil");
    title.getStyleClass().addAll("strong", "question-title");
    text.getStyleClass().add("muted");
    text.setWrapText(true);
    text.setMinHeight(Region.USE_PREF_SIZE);
    answers.setAlignment(Pos.CENTER_RIGHT);
    VBox box = new VBox(14, title, text, answers);
    box.getStyleClass().addAll("card", "question");
    box.setMaxSize(480, Region.USE_PREF_SIZE);
    getChildren().add(box);
    setVisible(false);
  }

  void ask(String what, String more, Button... choices) {
    title.setText(what);
    text.setText(more);
    answers.getChildren().setAll(choices);
    setVisible(true);
    if (choices.length > 0) {
      choices[choices.length - 1].requestFocus();
    }
  }

  void withdraw() {
    setVisible(false);
  }
}
