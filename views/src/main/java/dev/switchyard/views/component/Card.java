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
  private static final double GAP = 6;

  private final Label title = new Label();
  private final Label subtitle = new Label();
  private final HBox header;
  private final VBox words;
  private final HBox tools = new HBox(8);
  private boolean narrow;

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
    header = new HBox(GAP, this.title, gap());
    header.setAlignment(Pos.CENTER_LEFT);
    header.setMinHeight(Region.USE_PREF_SIZE);
    this.subtitle.setMinHeight(Region.USE_PREF_SIZE);
    words = new VBox(1, header, this.subtitle);
    words.setMinHeight(Region.USE_PREF_SIZE);
    VBox.setVgrow(content, Priority.ALWAYS);
    getChildren().addAll(words, content);
    tools.setAlignment(Pos.CENTER_RIGHT);
    tools.setMinWidth(Region.USE_PREF_SIZE);
    widthProperty().addListener((o, before, now) -> place(now.doubleValue()));
    this.title.widthProperty().addListener((o, before, now) -> place(getWidth()));
    tools.widthProperty().addListener((o, before, now) -> place(getWidth()));
  }

  /** Tools for which there is no room behind the title stand below it. */
  private void place(double width) {
    double room = width - snappedLeftInset() - snappedRightInset();
    boolean now = title.minWidth(-1) + 2 * GAP + tools.prefWidth(-1) > room;
    if (now != narrow && !tools.getChildren().isEmpty()) {
      narrow = now;
      (now ? header : words).getChildren().remove(tools);
      (now ? words : header).getChildren().add(tools);
    }
  }

  @Override
  protected double computeMinWidth(double height) {
    double head = Math.max(title.minWidth(-1), tools.minWidth(-1));
    double inner = getChildren().getLast().minWidth(-1);
    return snappedLeftInset() + Math.max(head, inner) + snappedRightInset();
  }

  private static Region gap() {
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    return gap;
  }

  /** Puts controls or a legend at the right of the title. */
  public Card withTools(Node... tools) {
    if (this.tools.getChildren().isEmpty()) {
      header.getChildren().add(this.tools);
    }
    this.tools.getChildren().addAll(tools);
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
