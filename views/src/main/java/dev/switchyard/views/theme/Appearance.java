package dev.switchyard.views.theme;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javafx.application.Application;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Scene;

/** The look that the program has now, and the scenes that wear it. */
public final class Appearance {
  private static final double LARGE = 1.5;
  private static final List<String> STYLESHEETS =
      List.of("controlsfx-bridge.css", "controls.css", "switchyard.css");

  private final ObjectProperty<Theme> theme = new SimpleObjectProperty<>(this, "theme");
  private final BooleanProperty largeType = new SimpleBooleanProperty(this, "largeType");

  /** Starts with a look. */
  public Appearance(Theme first, boolean large) {
    theme.addListener(
        (o, before, now) -> Application.setUserAgentStylesheet(now.userAgentStylesheet()));
    theme.set(first);
    largeType.set(large);
  }

  /** The look; set it to change the whole program. */
  public ObjectProperty<Theme> themeProperty() {
    return theme;
  }

  /** Whether everything is half as large again, for a room's last row. */
  public BooleanProperty largeTypeProperty() {
    return largeType;
  }

  /** Dresses a scene whose root is a magnifier, now and whenever the look changes. */
  public void dress(Scene scene) {
    theme.subscribe(now -> putOn(scene));
    largeType.subscribe(
        now -> {
          putOn(scene);
          ((Magnifier) scene.getRoot()).setFactor(now ? LARGE : 1);
        });
  }

  private void putOn(Scene scene) {
    Theme now = theme.get();
    List<String> sheets = new ArrayList<>();
    sheets.add(now.tokens());
    STYLESHEETS.forEach(name -> sheets.add(resource(name)));
    if (now == Theme.HIGH_CONTRAST) {
      sheets.add(resource("high-contrast.css"));
    }
    if (largeType.get()) {
      sheets.add(resource("large-type.css"));
    }
    scene.getStylesheets().setAll(sheets);
    scene.setFill(now.colors().window());
  }

  private static String resource(String name) {
    return Objects.requireNonNull(
            Appearance.class.getResource("/dev/switchyard/views/theme/" + name))
        .toString();
  }
}
