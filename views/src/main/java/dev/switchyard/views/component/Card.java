package dev.switchyard.views.component;

import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** A panel with one idea: a title, a line that says how to read it, and its content. */
public final class Card extends VBox {
  private final Label title = new Label();
  private final Label subtitle = new Label();
  private final HBox header;

  /**
   * Makes a card.
   *
   * @param title its idea
   * @param subtitle how to read it; empty: none
   * @param content fills the rest
   */
  public Card(String title, String subtitle, Node content) {
    getStyleClass().add("card");
    this.title.setText(title);
    this.title.getStyleClass().addAll("card-title", "strong");
    this.title.setMinWidth(Region.USE_PREF_SIZE);
    this.subtitle.setText(subtitle);
    this.subtitle.getStyleClass().addAll("card-subtitle", "muted");
    this.subtitle.managedProperty().bind(this.subtitle.textProperty().isNotEmpty());
    VBox words = new VBox(2, this.title, this.subtitle);
    words.setMinWidth(0);
    HBox.setHgrow(words, Priority.ALWAYS);
    header = new HBox(12, words);
    header.setAlignment(Pos.TOP_LEFT);
    header.setMinHeight(Region.USE_PREF_SIZE);
    VBox.setVgrow(content, Priority.ALWAYS);
    getChildren().addAll(header, content);
  }

  /** Puts controls or a legend at the right of the title. */
  public Card withTools(Node... tools) {
    HBox right = new HBox(8, tools);
    right.setAlignment(Pos.TOP_RIGHT);
    right.setMinWidth(Region.USE_PREF_SIZE);
    header.getChildren().add(right);
    return this;
  }

  /** The title, to be bound or hovered. */
  public Label title() {
    return title;
  }

  /** The line under it. */
  public Label subtitle() {
    return subtitle;
  }
}
