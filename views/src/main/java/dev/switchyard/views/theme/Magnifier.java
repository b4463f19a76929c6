package dev.switchyard.views.theme;

import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.layout.Region;
import javafx.scene.transform.Scale;

/**
 * Shows what is in it larger: its content is laid out in so much less room and drawn so many times
 * as large, text, charts and all. It is the root of a scene.
 */
public final class Magnifier extends Region {
  private final Region content;
  private final Scale scale = new Scale(1, 1);

  /** Shows some content as it is. */
  public Magnifier(Region content) {
    this.content = content;
    content.getTransforms().add(scale);
    getChildren().add(content);
  }

  /** Makes it so many times as large as it is. */
  void setFactor(double factor) {
    if (scale.getX() != factor) {
      scale.setX(factor);
      scale.setY(factor);
      refresh(this);
    }
  }

  /** Also what keeps its size must be drawn anew, for other pixels. */
  private static void refresh(Parent parent) {
    parent.requestLayout();
    for (Node child : parent.getChildrenUnmodifiable()) {
      if (child instanceof Parent inner) {
        refresh(inner);
      }
    }
  }

  /** How many times as large a node of a scene is drawn as it is laid out. */
  public static double factorOf(Node node) {
    return node == null ? 1 : node.getLocalToSceneTransform().getMxx();
  }

  @Override
  protected void layoutChildren() {
    layoutInArea(
        content,
        0,
        0,
        getWidth() / scale.getX(),
        getHeight() / scale.getY(),
        0,
        Pos.TOP_LEFT.getHpos(),
        Pos.TOP_LEFT.getVpos());
  }

  @Override
  protected double computeMinWidth(double height) {
    return 0;
  }

  @Override
  protected double computeMinHeight(double width) {
    return 0;
  }

  @Override
  protected double computePrefWidth(double height) {
    return content.prefWidth(-1) * scale.getX();
  }

  @Override
  protected double computePrefHeight(double width) {
    return content.prefHeight(-1) * scale.getY();
  }
}
