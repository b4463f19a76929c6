package dev.switchyard.views.component;

import dev.switchyard.views.theme.Icons;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import org.kordamp.ikonli.feather.Feather;

/** What stands where there is nothing yet: why, and what to do. */
public final class EmptyState extends VBox {
  /** An icon, a line, a sentence, and buttons. */
  public EmptyState(Feather icon, String title, String hint, Node... actions) {
    getStyleClass().add("empty-state");
    setAlignment(Pos.CENTER);
    Label head = new Label(title);
    head.getStyleClass().addAll("strong", "empty-title");
    Label body = new Label(hint);
    body.getStyleClass().add("muted");
    body.setWrapText(true);
    body.setTextAlignment(TextAlignment.CENTER);
    body.setAlignment(Pos.CENTER); // a single line, which is narrower than its label
    body.setMaxWidth(420);
    body.setMinHeight(Region.USE_PREF_SIZE);
    getChildren().addAll(Icons.of(icon), head, body);
    if (actions.length > 0) {
      HBox row = new HBox(8, actions);
      row.setAlignment(Pos.CENTER);
      getChildren().add(row);
    }
  }
}
