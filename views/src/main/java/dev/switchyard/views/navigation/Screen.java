package dev.switchyard.views.navigation;

import dev.switchyard.views.action.Action;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.Node;

/** What the window knows of a screen. Used on the window's thread. */
public interface Screen extends AutoCloseable {
  /** What is seen of it. */
  Node view();

  /** It is seen now. */
  void enter();

  /** It is not seen any more. */
  default void leave() {}

  /** A line for the status bar. */
  default ReadOnlyStringProperty statusProperty() {
    return new ReadOnlyStringWrapper("").getReadOnlyProperty();
  }

  /**
   * What can be done on it. Those with keys are the same each time; others, such as to open one of
   * the runs that there are, may come and go.
   */
  default List<Action> actions() {
    return List.of();
  }

  /** What of it comes back after a restart, as texts by name. */
  default Map<String, String> state() {
    return Map.of();
  }

  /**
   * Takes up a state, before it is entered; what can't be read stays as it is.
   *
   * @param state texts by name, empty where there is none
   */
  default void restore(UnaryOperator<String> state) {}

  @Override
  default void close() {}
}
