package dev.switchyard.views.shell;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.action.ActionGroup;
import dev.switchyard.views.action.OffersActions;
import dev.switchyard.views.component.PlainScroll;
import dev.switchyard.views.navigation.Screen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.StackPane;

/** The screens, one of which is seen; what they keep is kept whenever one is left. */
final class Screens implements AutoCloseable {
  private static final double LEAST_WIDTH = 832;
  private static final double LEAST_HEIGHT = 500;

  private static final String SEEN = "screen";

  private final SavedSettings saved;
  private final Runnable others;
  private final Map<Place, Screen> all = new EnumMap<>(Place.class);
  private final Focus focus = new Focus();
  private final StackPane view = new StackPane();
  private final ScrollPane scroll;
  private final ReadOnlyObjectWrapper<Place> place = new ReadOnlyObjectWrapper<>();
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");

  /**
   * No screen yet.
   *
   * @param others makes the screens that are added later, where one is gone to before
   */
  Screens(SavedSettings saved, Runnable others) {
    this.saved = saved;
    this.others = others;
    scroll = scrolled();
  }

  void add(Place where, Screen screen) {
    all.put(where, screen);
    screen.restore(name -> saved.get(key(where, name), ""));
    screen.view().setVisible(false);
    screen.view().managedProperty().bind(screen.view().visibleProperty());
    screen.statusProperty().addListener((o, before, now) -> showStatus());
  }

  /** They are scrolled where the window is too small for them. */
  Node view() {
    return scroll;
  }

  private ScrollPane scrolled() {
    view.setMinSize(LEAST_WIDTH, LEAST_HEIGHT);
    ScrollPane all = new PlainScroll(view);
    all.setFitToWidth(true);
    all.setFitToHeight(true);
    all.getStyleClass().addAll("edge-to-edge", "form-scroll");
    // A pane that scrolls takes the focus where it is pressed: from what was meant, such as a grid.
    view.addEventHandler(MouseEvent.MOUSE_PRESSED, Event::consume);
    return all;
  }

  /** Where the person is; null before anything is shown. */
  ReadOnlyObjectProperty<Place> placeProperty() {
    return place.getReadOnlyProperty();
  }

  /** The screen that was seen last before a restart; the first where none was. */
  Place remembered() {
    String name = saved.get(SEEN, "");
    return Arrays.stream(Place.values())
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElse(Place.START);
  }

  /** What the screen that is seen says of itself. */
  ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  void go(Place next) {
    if (!all.containsKey(next)) {
      others.run();
    }
    Place before = place.get();
    if (before != next) {
      boolean goesAlong = before != null && focus.leave(before, all.get(before).view());
      if (before != null) {
        all.get(before).view().setVisible(false);
        all.get(before).leave();
        keep(before);
      }
      place.set(next);
      saved.put(SEEN, next.name());
      show(all.get(next).view());
      all.get(next).enter();
      if (goesAlong) {
        focus.enter(next, all.get(next).view());
      }
    }
    showStatus();
  }

  /** A screen costs styles and layout from when it stands in the window: not before it is seen. */
  private void show(Node screen) {
    if (!view.getChildren().contains(screen)) {
      view.getChildren().add(screen);
    }
    screen.setVisible(true);
  }

  private void showStatus() {
    Place now = place.get();
    status.set(now == null ? "" : all.get(now).statusProperty().get());
  }

  /** What can be done on every screen; done from elsewhere, an action shows its screen before. */
  List<ActionGroup> actions() {
    List<ActionGroup> groups = new ArrayList<>();
    all.forEach(
        (where, screen) ->
            groups.add(
                new ActionGroup(
                    where.title(),
                    Stream.concat(
                            screen.actions().stream(), OffersActions.within(screen.view()).stream())
                        .map(action -> action.anywhere() ? action : shownFirst(where, action))
                        .toList())));
    return groups;
  }

  private Action shownFirst(Place where, Action action) {
    return action.after(() -> go(where));
  }

  /** Keeps what comes back after a restart. */
  void keep() {
    all.keySet().forEach(this::keep);
  }

  private void keep(Place where) {
    all.get(where).state().forEach((name, value) -> saved.put(key(where, name), value));
  }

  private static String key(Place where, String name) {
    return where.name().toLowerCase(java.util.Locale.ROOT) + "." + name;
  }

  @Override
  public void close() {
    all.values().forEach(Screen::close);
  }
}
