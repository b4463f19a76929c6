package dev.switchyard.views.palette;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.action.ActionGroup;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** All keys of the program, by screen. */
final class ShortcutSheet extends StackPane {
  private static final double COLUMN = 304;
  private static final double MARGIN = 48;

  private final FlowPane groups = new FlowPane(Orientation.VERTICAL, 24, 16);

  ShortcutSheet(PaletteModel model, PaletteController controller) {
    setId("shortcuts");
    getStyleClass().add("veil");
    Label title = new Label("Keys");
    title.getStyleClass().addAll("strong", "question-title");
    Label how = new Label();
    how.textProperty()
        .bind(
            model.groups.map(
                all ->
                    "Everything else by its words: %s.  Esc closes.".formatted(paletteKeys(all))));
    how.getStyleClass().add("muted");
    ScrollPane scroll = new ScrollPane(groups);
    scroll.setFitToWidth(true);
    scroll.setFitToHeight(true);
    scroll.getStyleClass().add("form-scroll");
    VBox.setVgrow(scroll, Priority.ALWAYS);
    VBox box = new VBox(12, title, how, scroll);
    box.getStyleClass().addAll("card", "question");
    box.maxWidthProperty().bind(widthProperty().subtract(2 * MARGIN));
    box.maxHeightProperty().bind(heightProperty().subtract(2 * MARGIN));
    getChildren().add(box);
    setFocusTraversable(true);
    visibleProperty()
        .bind(
            Bindings.createBooleanBinding(
                () -> model.shown.get() == PaletteModel.Shown.SHORTCUTS, model.shown));
    model.shown.addListener(
        (o, before, now) -> {
          if (now == PaletteModel.Shown.SHORTCUTS) {
            fill(model.groups.get());
            requestFocus();
          }
        });
    setOnMousePressed(e -> controller.close());
    addEventFilter(
        KeyEvent.KEY_PRESSED,
        e -> {
          if (e.getCode() == KeyCode.ESCAPE || e.getCode() == KeyCode.ENTER) {
            controller.close();
            e.consume();
          }
        });
  }

  private static String paletteKeys(List<ActionGroup> all) {
    return all.stream()
        .flatMap(group -> group.actions().stream())
        .filter(action -> action.name().equals("palette"))
        .map(Action::shortcut)
        .findFirst()
        .orElse("");
  }

  private void fill(List<ActionGroup> all) {
    groups.getChildren().clear();
    for (ActionGroup group : all) {
      List<Action> keyed = group.actions().stream().filter(a -> !a.keys().isEmpty()).toList();
      if (!keyed.isEmpty()) {
        groups.getChildren().add(group(group.title(), keyed));
      }
    }
  }

  private static Node group(String title, List<Action> actions) {
    Label head = new Label(title);
    head.getStyleClass().addAll("section-title", "strong");
    VBox rows = new VBox(6, head);
    for (Action action : actions) {
      Label what = new Label(action.title());
      what.setMinWidth(0);
      what.setTooltip(new Tooltip(action.title())); // it may be shortened
      Label keys = new Label(action.shortcuts());
      keys.getStyleClass().add("keys");
      keys.setMinWidth(Region.USE_PREF_SIZE);
      Region gap = new Region();
      HBox.setHgrow(gap, Priority.ALWAYS);
      HBox row = new HBox(10, what, gap, keys);
      row.setAlignment(Pos.CENTER_LEFT);
      rows.getChildren().add(row);
    }
    rows.setPrefWidth(COLUMN);
    rows.setMinHeight(Region.USE_PREF_SIZE);
    return rows;
  }
}
