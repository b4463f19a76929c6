package dev.switchyard.views.shell;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.theme.Theme;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** The rail at the left: the mark, the screens, and the switch between light and dark. */
final class Rail extends VBox {
  private final Map<Place, ToggleButton> buttons = new EnumMap<>(Place.class);

  Rail(Appearance appearance, Consumer<Place> go) {
    getStyleClass().add("rail");
    setAlignment(Pos.TOP_CENTER);
    StackPane mark = new StackPane(Icons.mark(30));
    mark.getStyleClass().add("mark");
    getChildren().add(mark);
    for (Place place : Place.values()) {
      ToggleButton button = new ToggleButton(place.title(), Icons.of(place.icon()));
      button.setId("rail-" + place.title().toLowerCase(java.util.Locale.ROOT));
      button.getStyleClass().add("rail-button");
      button.setContentDisplay(ContentDisplay.TOP);
      button.setMaxWidth(Double.MAX_VALUE);
      button.setOnAction(
          e -> {
            button.setSelected(true);
            go.accept(place);
          });
      buttons.put(place, button);
      getChildren().add(button);
    }
    Region gap = new Region();
    VBox.setVgrow(gap, Priority.ALWAYS);
    Button look =
        Buttons.icon(
            "",
            Feather.SUN,
            () -> appearance.themeProperty().set(appearance.themeProperty().get().other()));
    look.setId("look");
    look.getStyleClass().add("rail-icon");
    appearance
        .themeProperty()
        .subscribe(
            now -> {
              boolean dark = now == Theme.DARK;
              look.setGraphic(Icons.of(dark ? Feather.SUN : Feather.MOON));
              look.setTooltip(new Tooltip(dark ? "Light theme" : "Dark theme"));
            });
    getChildren().addAll(gap, look);
  }

  void choose(Place place) {
    buttons.forEach((p, button) -> button.setSelected(p == place));
  }
}
