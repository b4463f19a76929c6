package dev.switchyard.views.component;

import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;

/** The bar at the top of a screen: its title, and what belongs to all of it. */
public final class ScreenBar extends HBox {
  /** A title with things behind it; one that may grow pushes the rest to the right. */
  public ScreenBar(String title, Node... rest) {
    super(12);
    Label name = new Label(title);
    name.getStyleClass().addAll("screen-title", "strong");
    name.setMinWidth(Region.USE_PREF_SIZE);
    getChildren().add(name);
    getChildren().addAll(rest);
    getStyleClass().add("top-bar");
    setAlignment(Pos.CENTER_LEFT);
  }
}
