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
  private final VBox words;

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
    header = new HBox(6, this.title, gap());
    header.setAlignment(Pos.CENTER_LEFT);
    header.setMinHeight(Region.USE_PREF_SIZE);
    this.subtitle.setMinHeight(Region.USE_PREF_SIZE);
    words = new VBox(1, header, this.subtitle);
    words.setMinHeight(Region.USE_PREF_SIZE);
    VBox.setVgrow(content, Priority.ALWAYS);
    getChildren().addAll(words, content);
  }

  private static Region gap() {
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    return gap;
  }

  /** Puts controls or a legend at the right of the title. */
  public Card withTools(Node... tools) {
    HBox right = new HBox(8, tools);
    right.setAlignment(Pos.CENTER_RIGHT);
    right.setMinWidth(Region.USE_PREF_SIZE);
    header.getChildren().add(right);
    return this;
  }

  /** Puts a second, coloured remark behind the line under the title. */
  public Card withRemark(Label remark) {
    remark.getStyleClass().add("card-subtitle");
    remark.setMinWidth(Region.USE_PREF_SIZE);
    words.getChildren().remove(subtitle);
    words.getChildren().add(new HBox(10, subtitle, remark));
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
