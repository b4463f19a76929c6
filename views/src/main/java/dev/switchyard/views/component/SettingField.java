package dev.switchyard.views.component;

import atlantafx.base.controls.ToggleSwitch;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.SettingWords;
import javafx.beans.property.StringProperty;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** A setting with its title, its control, and what is wrong with its value. */
public final class SettingField extends VBox {
  private static final PseudoClass WRONG = PseudoClass.getPseudoClass("wrong");

  /** A field that follows its value. */
  public SettingField(SettingValue field) {
    SettingDescription setting = field.setting();
    getStyleClass().add("setting-field");
    Label title = new Label(SettingWords.title(setting));
    title.getStyleClass().add("setting-title");
    title.setMinWidth(0);
    Node control = control(field);
    Glossary.onHover(title, () -> SettingWords.tooltip(setting));
    Glossary.onHover(control, () -> SettingWords.tooltip(setting));
    getChildren().addAll(title, control, problem(field));
  }

  /** What is wrong with a field's value; takes no room when nothing is. */
  public static Label problem(SettingValue field) {
    Label problem = new Label();
    problem.setId("problem-" + field.setting().name());
    problem.getStyleClass().add("problem");
    problem.setWrapText(true);
    problem.setMinHeight(Region.USE_PREF_SIZE);
    problem.textProperty().bind(field.problem());
    problem.visibleProperty().bind(field.problem().isNotEmpty());
    problem.managedProperty().bind(field.problem().isNotEmpty());
    return problem;
  }

  /** The control that suits a setting's type. */
  public static Node control(SettingValue field) {
    SettingDescription setting = field.setting();
    StringProperty value = field.value();
    if (setting.type().equals("yes or no")) {
      ToggleSwitch toggle = new ToggleSwitch();
      toggle.setId("setting-" + setting.name());
      value.subscribe(v -> toggle.setSelected(v.equals("true")));
      toggle.selectedProperty().addListener((o, b, now) -> value.set(String.valueOf(now)));
      HBox row = new HBox(toggle);
      row.setAlignment(Pos.CENTER_LEFT);
      row.setMinHeight(32);
      return row;
    } else if (!setting.options().isEmpty()) {
      ComboBox<String> box = new ComboBox<>();
      box.setId("setting-" + setting.name());
      box.getItems().setAll(setting.options());
      box.valueProperty().bindBidirectional(value);
      box.setMaxWidth(Double.MAX_VALUE);
      return box;
    }
    TextField text = new TextField();
    text.setId("setting-" + setting.name());
    text.textProperty().bindBidirectional(value);
    if (setting.type().contains("number")) {
      text.getStyleClass().add("mono");
    }
    field.problem().subscribe(p -> text.pseudoClassStateChanged(WRONG, !p.isEmpty()));
    return text;
  }
}
