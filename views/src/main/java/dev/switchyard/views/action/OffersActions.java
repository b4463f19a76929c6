package dev.switchyard.views.action;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.Parent;

/** A part of a screen, such as the menu of a chart, that can do things by itself. */
public interface OffersActions {
  /** What it can do now. */
  List<Action> actions();

  /** What the parts within a node can do; those that are hidden in it can do nothing. */
  static List<Action> within(Node node) {
    List<Action> all = new ArrayList<>();
    collect(node, all);
    return all;
  }

  private static void collect(Node node, List<Action> all) {
    if (node instanceof OffersActions part) {
      all.addAll(part.actions());
    }
    if (node instanceof Parent parent) {
      parent.getChildrenUnmodifiable().stream()
          .filter(Node::isVisible)
          .forEach(child -> collect(child, all));
    }
  }
}
