package dev.switchyard.views.component;

import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/**
 * Two parts of a screen side by side where there is room for that; in a narrow window, or a
 * magnified one, the second stands below the first. What can't be so low as the window is scrolled.
 */
public final class Beside extends StackPane {
  private static final double GAP = 12;

  private final StackPane first;
  private final StackPane second;
  private final double narrow;
  private final double firstHeight;
  private final double secondHeight;
  private Boolean stacked;

  /**
   * Two parts; those whose {@code HBox.hgrow} is set take the width that is left.
   *
   * @param narrow the width below which they stand one below the other
   * @param firstHeight how high the first then is, if it can be so low; 0: as it likes to be
   * @param secondHeight the same of the second
   */
  public Beside(
      Region first, Region second, double narrow, double firstHeight, double secondHeight) {
    this.first = room(first);
    this.second = room(second);
    this.narrow = narrow;
    this.firstHeight = firstHeight;
    this.secondHeight = secondHeight;
    setMinSize(0, 0);
    arrange(false);
    widthProperty().addListener((o, before, now) -> arrange(now.doubleValue() < narrow));
  }

  private static StackPane room(Region part) {
    StackPane room = new StackPane(part);
    Priority grow = HBox.getHgrow(part);
    HBox.setHgrow(room, grow);
    if (grow == Priority.ALWAYS) {
      room.setMinWidth(0);
    }
    return room;
  }

  private void arrange(boolean below) {
    if (stacked != null && stacked == below) {
      return;
    }
    stacked = below;
    getChildren().clear();
    first.setPrefHeight(below && firstHeight > 0 ? firstHeight : USE_COMPUTED_SIZE);
    second.setPrefHeight(below && secondHeight > 0 ? secondHeight : USE_COMPUTED_SIZE);
    Pane both = below ? new VBox(GAP, first, second) : new HBox(GAP, first, second);
    getChildren().add(scrolled(both, !below));
  }

  private static Node scrolled(Pane both, boolean fitToHeight) {
    // A scroll pane would take the keyboard from whatever in it was clicked.
    both.addEventHandler(MouseEvent.MOUSE_PRESSED, MouseEvent::consume);
    ScrollPane scroll = new PlainScroll(both);
    scroll.setFitToWidth(true);
    scroll.setFitToHeight(fitToHeight);
    scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
    scroll.getStyleClass().addAll("edge-to-edge", "form-scroll");
    return scroll;
  }

  /** Whether the second part stands below the first. */
  public boolean isStacked() {
    return Boolean.TRUE.equals(stacked) && getWidth() < narrow;
  }
}
