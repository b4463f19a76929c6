package dev.switchyard.views.palette;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.palette.ActionSearch.Found;
import dev.switchyard.views.theme.Icons;
import javafx.beans.binding.Bindings;
import javafx.collections.ListChangeListener;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.controlsfx.control.textfield.CustomTextField;
import org.kordamp.ikonli.feather.Feather;

/** A field for words, and under it what they find; the field keeps the keyboard all the time. */
final class PaletteView extends StackPane {
  private static final PseudoClass NOT_NOW = PseudoClass.getPseudoClass("not-now");
  private static final double WIDTH = 680;
  private static final double HEIGHT = 470;
  private static final int PAGE = 8;

  private final PaletteController controller;
  private final CustomTextField words = new CustomTextField();
  private final ListView<Found> list;

  PaletteView(PaletteModel model, PaletteController controller) {
    this.controller = controller;
    setId("palette");
    getStyleClass().add("veil");
    list = new ListView<>(model.found);
    list.setId("palette-list");
    list.getStyleClass().addAll("plain-list", "palette-list");
    list.setFocusTraversable(false);
    list.setCellFactory(view -> new Row());
    Label nothing = new Label("Nothing has all of these words.");
    nothing.getStyleClass().add("muted");
    list.setPlaceholder(nothing);
    VBox.setVgrow(list, Priority.ALWAYS);
    words.setId("palette-words");
    words.getStyleClass().addAll("search", "palette-words");
    words.setPromptText("What do you want to do?");
    words.setLeft(Icons.of(Feather.SEARCH));
    words.textProperty().bindBidirectional(model.query);
    words.addEventFilter(KeyEvent.KEY_PRESSED, this::keyPressed);
    Label how = new Label("↑ ↓ choose     Enter do it     Esc close");
    how.getStyleClass().addAll("muted", "card-subtitle");
    VBox box = new VBox(10, words, list, how);
    box.getStyleClass().addAll("card", "palette");
    box.setMaxSize(WIDTH, HEIGHT);
    box.setPrefHeight(HEIGHT);
    getChildren().add(box);
    StackPane.setAlignment(box, Pos.TOP_CENTER);
    visibleProperty()
        .bind(
            Bindings.createBooleanBinding(
                () -> model.shown.get() == PaletteModel.Shown.PALETTE, model.shown));
    model.shown.addListener(
        (o, before, now) -> {
          if (now == PaletteModel.Shown.PALETTE) {
            words.requestFocus();
          }
        });
    model.found.addListener((ListChangeListener<Found>) change -> choose(0));
    setOnMousePressed(
        e -> {
          if (e.getTarget() == this) {
            controller.close();
          }
        });
  }

  private void keyPressed(KeyEvent e) {
    int now = list.getSelectionModel().getSelectedIndex();
    switch (e.getCode()) {
      case DOWN -> choose(now + 1);
      case UP -> choose(now - 1);
      case PAGE_DOWN -> choose(now + PAGE);
      case PAGE_UP -> choose(now - PAGE);
      case ENTER -> controller.run(list.getSelectionModel().getSelectedItem());
      case ESCAPE -> controller.close();
      default -> {
        // The focus stays where it is.
        if (e.getCode() != KeyCode.TAB) {
          return;
        }
      }
    }
    e.consume();
  }

  private void choose(int index) {
    if (!list.getItems().isEmpty()) {
      int row = Math.clamp(index, 0, list.getItems().size() - 1);
      list.getSelectionModel().clearAndSelect(row);
      list.scrollTo(Math.max(0, row - PAGE / 2));
    }
  }

  /** What can be done, and by which keys. */
  private final class Row extends ListCell<Found> {
    private final Label group = new Label();
    private final Label title = new Label();
    private final Label keys = new Label();
    private final HBox row;

    Row() {
      group.getStyleClass().addAll("muted", "palette-group");
      group.setMinWidth(Region.USE_PREF_SIZE);
      title.setMinWidth(0);
      keys.getStyleClass().add("keys");
      keys.setMinWidth(Region.USE_PREF_SIZE);
      Region gap = new Region();
      HBox.setHgrow(gap, Priority.ALWAYS);
      row = new HBox(12, title, gap, group, keys);
      row.setAlignment(Pos.CENTER_LEFT);
      row.getStyleClass().add("palette-row");
      setPrefWidth(1);
      setOnMouseClicked(e -> controller.run(getItem()));
    }

    @Override
    protected void updateItem(Found found, boolean empty) {
      super.updateItem(found, empty);
      if (empty || found == null) {
        setGraphic(null);
        return;
      }
      Action action = found.action();
      group.setText(found.group());
      title.setText(action.title());
      keys.setText(action.shortcut());
      keys.setVisible(!action.shortcut().isEmpty());
      keys.setManaged(keys.isVisible());
      row.pseudoClassStateChanged(NOT_NOW, !action.enabled().get());
      setGraphic(row);
    }
  }
}
