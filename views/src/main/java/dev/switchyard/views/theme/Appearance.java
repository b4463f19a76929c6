package dev.switchyard.views.theme;

import java.util.List;
import java.util.Objects;
import javafx.application.Application;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Scene;

/** The look that the program has now, and the scenes that wear it. */
public final class Appearance {
  private static final List<String> STYLESHEETS =
      List.of("controlsfx-bridge.css", "controls.css", "switchyard.css");

  private final ObjectProperty<Theme> theme = new SimpleObjectProperty<>(this, "theme");

  /** Starts with a look. */
  public Appearance(Theme first) {
    theme.addListener(
        (o, before, now) -> Application.setUserAgentStylesheet(now.userAgentStylesheet()));
    theme.set(first);
  }

  /** The look; set it to change the whole program. */
  public ObjectProperty<Theme> themeProperty() {
    return theme;
  }

  /** Dresses a scene, now and whenever the look changes. */
  public void dress(Scene scene) {
    theme.subscribe(
        now -> {
          List<String> own =
              STYLESHEETS.stream()
                  .map(name -> Objects.requireNonNull(Appearance.class.getResource(resource(name))))
                  .map(Object::toString)
                  .toList();
          scene.getStylesheets().setAll(own);
          scene.getStylesheets().addFirst(now.tokens());
          scene.setFill(now.colors().window());
        });
  }

  private static String resource(String name) {
    return "/dev/switchyard/views/theme/" + name;
  }
}
