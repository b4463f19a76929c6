package dev.switchyard.views.shell;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.palette.PaletteController;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.theme.Theme;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.scene.Node;
import javafx.scene.control.TextField;
import javafx.stage.Stage;

/** What can be done with the window, whatever screen is seen. */
final class WindowActions {
  final Action palette;
  final Action shortcuts;
  final Action nextTheme;
  final Action largeType;
  final Map<Place, Action> places = new EnumMap<>(Place.class);
  private final List<Action> all = new ArrayList<>();

  WindowActions(
      Stage stage,
      Screens screens,
      Appearance appearance,
      PaletteController overlay,
      Runnable quit) {
    for (Place place : Place.values()) {
      Action go =
          Action.of(
                  "go-" + place.name().toLowerCase(Locale.ROOT),
                  "Go to " + place.title(),
                  () -> screens.go(place))
              .on("Shortcut+" + (place.ordinal() + 1))
              .fromAnywhere();
      places.put(place, go);
      all.add(go);
    }
    palette =
        add(
            Action.of("palette", "Find anything that can be done", overlay::toggle)
                .foundBy("command palette actions search")
                .on("Shortcut+K", "Shortcut+Shift+P"));
    shortcuts =
        add(
            Action.of("shortcuts", "Show all keys", overlay::toggleShortcuts)
                .foundBy("shortcuts keyboard help")
                .on("F1"));
    add(
        Action.of("search", "Search on this screen", () -> search(screens.view()))
            .foundBy("find filter")
            .on("Shortcut+F"));
    nextTheme =
        add(
            Action.of(
                    "next-theme",
                    "Next theme",
                    () -> appearance.themeProperty().set(appearance.themeProperty().get().next()))
                .foundBy("dark light look colours colors")
                .on("Shortcut+Shift+T"));
    for (Theme theme : Theme.values()) {
      String name = theme.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      add(
          Action.of(
                  "theme-" + name,
                  Character.toUpperCase(name.charAt(0)) + name.substring(1) + " theme",
                  () -> appearance.themeProperty().set(theme))
              .foundBy("look colours colors")
              .when(appearance.themeProperty().isNotEqualTo(theme)));
    }
    largeType =
        add(
            Action.of(
                    "large-type",
                    "Large type, and back",
                    () -> appearance.largeTypeProperty().set(!appearance.largeTypeProperty().get()))
                .foundBy("size zoom presentation room magnify")
                .on("Shortcut+Shift+L"));
    add(
        Action.of(
                "full-screen",
                "Full screen, and back",
                () -> stage.setFullScreen(!stage.isFullScreen()))
            .foundBy("window presentation")
            .on("F11"));
    add(Action.of("quit", "Quit Switchyard", quit).foundBy("close exit window").on("Shortcut+Q"));
  }

  /** Puts the keyboard into the field that searches what is seen. */
  private static void search(Node screens) {
    screens.lookupAll(".search").stream()
        .filter(TextField.class::isInstance)
        .filter(WindowActions::isSeen)
        .findFirst()
        .ifPresent(Node::requestFocus);
  }

  private static boolean isSeen(Node node) {
    return node == null || (node.isVisible() && isSeen(node.getParent()));
  }

  private Action add(Action action) {
    Action kept = action.fromAnywhere();
    all.add(kept);
    return kept;
  }

  /** All of them. */
  List<Action> all() {
    return List.copyOf(all);
  }
}
