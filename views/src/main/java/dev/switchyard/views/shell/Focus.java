package dev.switchyard.views.shell;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.Parent;

/** Where the keyboard is on each screen: who comes back to one goes on there. */
final class Focus {
  private final Map<Place, Node> left = new EnumMap<>(Place.class);

  /** Whether the keyboard was on a screen that is left now, or nowhere. */
  boolean leave(Place place, Node screen) {
    Node owner = screen.getScene() == null ? null : screen.getScene().getFocusOwner();
    if (isWithin(owner, screen)) {
      left.put(place, owner);
      return true;
    }
    return owner == null;
  }

  /** Takes the keyboard to where it was on a screen, or to its first control. */
  void enter(Place place, Node screen) {
    Node before = left.get(place);
    if (isWithin(before, screen) && canTake(before)) {
      before.requestFocus();
    } else {
      screen.applyCss(); // what scrolls has its content from then on
      first(screen).ifPresent(Node::requestFocus);
    }
  }

  private static boolean isWithin(Node node, Node screen) {
    return node != null && (node.equals(screen) || isWithin(node.getParent(), screen));
  }

  private static boolean canTake(Node node) {
    return node.isFocusTraversable() && !node.isDisabled() && isSeen(node);
  }

  private static boolean isSeen(Node node) {
    return node == null || (node.isVisible() && isSeen(node.getParent()));
  }

  private static Optional<Node> first(Node node) {
    if (!node.isVisible()) {
      return Optional.empty();
    }
    if (canTake(node)) {
      return Optional.of(node);
    }
    return node instanceof Parent parent
        ? parent.getChildrenUnmodifiable().stream()
            .flatMap(each -> first(each).stream())
            .findFirst()
        : Optional.empty();
  }
}
