package dev.switchyard.views.activity;

import dev.switchyard.views.component.Buttons;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** A problem's details: what, where, what to do, and what the log says; to be copied. */
final class ProblemSheet extends StackPane {
  private static final double WIDTH = 720;
  private static final double HEIGHT = 440;

  ProblemSheet(ActivityModel model, ActivityController controller) {
    setId("problem-sheet");
    getStyleClass().add("veil");
    Label title = new Label();
    title.getStyleClass().addAll("strong", "question-title");
    title.setWrapText(true);
    title.setMinHeight(Region.USE_PREF_SIZE);
    TextArea text = new TextArea();
    text.setId("problem-details");
    text.setEditable(false);
    text.setWrapText(true);
    text.getStyleClass().add("mono");
    VBox.setVgrow(text, Priority.ALWAYS);
    Button copy = Buttons.plain("Copy", Feather.COPY, () -> controller.copy(model.details.get()));
    copy.setId("copy-details");
    Button close = Buttons.primary("Close", Feather.CHECK, () -> model.details.set(null));
    close.setId("close-details");
    HBox buttons = new HBox(8, copy, close);
    buttons.setAlignment(Pos.CENTER_RIGHT);
    VBox box = new VBox(12, title, text, buttons);
    box.getStyleClass().addAll("card", "question");
    box.setMaxSize(WIDTH, HEIGHT);
    getChildren().add(box);
    visibleProperty().bind(model.details.isNotNull());
    model.details.addListener(
        (o, before, now) -> {
          if (now != null) {
            title.setText(now.message());
            text.setText(now.details().isEmpty() ? now.message() : now.details());
            close.requestFocus();
          }
        });
    addEventFilter(
        KeyEvent.KEY_PRESSED,
        e -> {
          if (e.getCode() == KeyCode.ESCAPE) {
            model.details.set(null);
            e.consume();
          }
        });
  }
}
