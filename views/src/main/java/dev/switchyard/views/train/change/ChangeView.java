package dev.switchyard.views.train.change;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.SettingField;
import dev.switchyard.views.component.SettingValue;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the form of a change. */
final class ChangeView extends VBox {
  private final VBox fields = new VBox(9);

  /** What had the keyboard before the form was asked for. */
  private Node left;

  ChangeView(ChangeModel model, ChangeController controller) {
    setId("change-form");
    getStyleClass().add("card");
    Label title = new Label("Change the run");
    title.getStyleClass().addAll("card-title", "strong");
    Label explanation = new Label();
    explanation.getStyleClass().addAll("card-subtitle", "muted");
    explanation.setWrapText(true);
    explanation.setMinHeight(Region.USE_PREF_SIZE);
    explanation.textProperty().bind(model.explanation);
    ScrollPane scroll = new ScrollPane(fields);
    scroll.setFitToWidth(true);
    scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
    scroll.getStyleClass().add("form-scroll");
    VBox.setVgrow(scroll, Priority.ALWAYS);
    Button apply = Buttons.primary("", Feather.CHECK, controller::apply);
    apply.setId("change-apply");
    apply.textProperty().bind(model.action);
    apply.disableProperty().bind(model.ready.not());
    Button cancel = Buttons.plain("Cancel", Feather.X, controller::withdraw);
    cancel.setId("change-cancel");
    HBox buttons = new HBox(8, cancel, apply);
    buttons.setAlignment(Pos.CENTER_RIGHT);
    buttons.setMinHeight(Region.USE_PREF_SIZE);
    getChildren()
        .addAll(
            new VBox(2, title, explanation),
            scroll,
            line("change-summary", "mono", model.summary),
            line("change-problem", "problem", model.problem),
            buttons);
    model.fields.addListener((ListChangeListener<SettingValue>) c -> showFields(model));
    visibleProperty().bind(model.before.isNotNull());
    managedProperty().bind(visibleProperty());
    visibleProperty().addListener((o, before, now) -> passFocus(now));
    addEventHandler(
        KeyEvent.KEY_PRESSED,
        e -> {
          if (e.getCode() == KeyCode.ESCAPE) {
            controller.withdraw();
            e.consume();
          } else if (e.getCode() == KeyCode.ENTER && e.getTarget() instanceof TextField) {
            controller.apply();
            e.consume();
          }
        });
  }

  /** Who asked for the form can write at once, and goes on afterwards where he was. */
  private void passFocus(boolean shown) {
    if (getScene() == null) {
      return;
    }
    Node focused = getScene().getFocusOwner();
    if (shown) {
      left = focused;
      Node first = fields.lookup(".text-field");
      if (first != null) {
        first.requestFocus();
      }
    } else if (left != null && left.getScene() != null && isWithin(focused)) {
      left.requestFocus();
    }
  }

  private boolean isWithin(Node node) {
    return node != null && (node.equals(this) || isWithin(node.getParent()));
  }

  private static Label line(String id, String style, javafx.beans.property.StringProperty text) {
    Label line = new Label();
    line.setId(id);
    line.getStyleClass().addAll(style, "small");
    line.setWrapText(true);
    line.setMinHeight(Region.USE_PREF_SIZE);
    line.textProperty().bind(text);
    line.visibleProperty().bind(text.isNotEmpty());
    line.managedProperty().bind(text.isNotEmpty());
    return line;
  }

  private void showFields(ChangeModel model) {
    fields.getChildren().clear();
    for (SettingValue field : model.fields) {
      SettingField each = new SettingField(field);
      each.lookupAll("#setting-" + field.setting().name())
          .forEach(control -> control.setId("change-" + field.setting().name()));
      each.lookupAll("#problem-" + field.setting().name())
          .forEach(problem -> problem.setId("change-problem-" + field.setting().name()));
      fields.getChildren().add(each);
    }
  }
}
