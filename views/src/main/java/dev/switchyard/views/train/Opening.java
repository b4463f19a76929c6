package dev.switchyard.views.train;

import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.layout.VBox;

/** What the screen shows while something is being opened. */
final class Opening extends VBox {
  private final Label words = new Label();

  Opening() {
    super(14);
    setId("opening");
    setAlignment(Pos.CENTER);
    ProgressIndicator turning = new ProgressIndicator();
    turning.setMaxSize(28, 28);
    words.getStyleClass().add("muted");
    // At rest it would turn unseen.
    turning.visibleProperty().bind(visibleProperty());
    getChildren().addAll(turning, words);
  }

  void say(String what) {
    words.setText(what + " …");
  }
}
