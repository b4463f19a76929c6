package dev.switchyard.views.fake;

import javafx.event.EventType;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.PickResult;

/** What the mouse does to a node, without a pointer on the way to it. */
public final class Mouse {
  private Mouse() {}

  /** Fires an event of the first button at a point in the node's own pixels. */
  public static void fire(Node node, EventType<MouseEvent> type, Point2D point) {
    Point2D at = node.localToScene(point);
    node.fireEvent(
        new MouseEvent(
            type,
            at.getX(),
            at.getY(),
            at.getX(),
            at.getY(),
            MouseButton.PRIMARY,
            1,
            false,
            false,
            false,
            false,
            true,
            false,
            false,
            true,
            false,
            true,
            new PickResult(node, at.getX(), at.getY())));
  }
}
