package dev.switchyard.views.shell;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.theme.Icons;
import java.util.EnumMap;
import java.util.Map;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** The rail at the left: the mark, the screens, the palette, and the switch of themes. */
final class Rail extends VBox {
  private final Map<Place, ToggleButton> buttons = new EnumMap<>(Place.class);

  Rail(Appearance appearance, ReadOnlyObjectProperty<Place> place, WindowActions actions) {
    getStyleClass().add("rail");
    setAlignment(Pos.TOP_CENTER);
    StackPane mark = new StackPane(Icons.mark(30));
    mark.getStyleClass().add("mark");
    getChildren().add(mark);
    for (Place each : Place.values()) {
      ToggleButton button = new ToggleButton(each.title(), Icons.of(each.icon()));
      button.setId("rail-" + each.title().toLowerCase(java.util.Locale.ROOT));
      button.getStyleClass().add("rail-button");
      button.setContentDisplay(ContentDisplay.TOP);
      button.setMaxWidth(Double.MAX_VALUE);
      button.setOnAction(
          e -> {
            button.setSelected(true);
            actions.places.get(each).run();
          });
      actions.places.get(each).tell(button);
      buttons.put(each, button);
      getChildren().add(button);
    }
    Region gap = new Region();
    VBox.setVgrow(gap, Priority.ALWAYS);
    Button find = Buttons.icon("Find anything that can be done", Feather.COMMAND, actions.palette);
    find.setId("find");
    find.getStyleClass().add("rail-icon");
    Button look = Buttons.icon("Next theme", Feather.SUN, actions.nextTheme);
    look.setId("look");
    look.getStyleClass().add("rail-icon");
    appearance
        .themeProperty()
        .subscribe(
            now ->
                look.setGraphic(
                    Icons.of(
                        switch (now) {
                          case DARK -> Feather.SUN;
                          case LIGHT -> Feather.CIRCLE;
                          case HIGH_CONTRAST -> Feather.MOON;
                        })));
    Button large = Buttons.icon("Large type, and back", Feather.TYPE, actions.largeType);
    large.setId("large-type");
    large.getStyleClass().add("rail-icon");
    place.subscribe(this::choose);
    getChildren().addAll(gap, find, large, look);
  }

  private void choose(Place place) {
    buttons.forEach((p, button) -> button.setSelected(p == place));
  }
}
