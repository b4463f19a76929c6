package dev.switchyard.views.train.form;

import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.SettingField;
import dev.switchyard.views.component.SettingValue;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.SettingWords;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.controlsfx.control.textfield.CustomTextField;
import org.kordamp.ikonli.feather.Feather;

/** Every setting of the engine, found by name or meaning. */
final class AllSettings extends VBox {
  private final CustomTextField search = new CustomTextField();
  private final VBox rows = new VBox();
  private final Label none = new Label("No setting has these words in its name or explanation.");

  AllSettings(TrainFormModel model) {
    search.setId("search-settings");
    search.setPromptText("Search by name or meaning");
    search.setLeft(Icons.of(Feather.SEARCH));
    search.setPrefWidth(280);
    search.getStyleClass().add("search");
    none.getStyleClass().add("muted");
    rows.getStyleClass().add("settings-table");
    for (SettingValue field : model.fields.values()) {
      rows.getChildren().add(row(field));
    }
    Card card =
        new Card(
            "All settings",
            "what stands above, and everything else that the engine can be told",
            new VBox(rows, none));
    card.withTools(search);
    getChildren().add(card);
    search.textProperty().subscribe(text -> filter(model, text));
  }

  private void filter(TrainFormModel model, String text) {
    int i = 0;
    boolean some = false;
    for (SettingValue field : model.fields.values()) {
      boolean shown =
          text.isBlank() ? !field.setting().common() : SettingWords.matches(field.setting(), text);
      Node row = rows.getChildren().get(i++);
      row.setVisible(shown);
      row.setManaged(shown);
      some |= shown;
    }
    none.setVisible(!some);
    none.setManaged(!some);
  }

  private static Node row(SettingValue field) {
    Label name = new Label(field.setting().name());
    name.getStyleClass().add("mono");
    name.setMinWidth(Region.USE_PREF_SIZE);
    Label explanation = new Label(field.setting().explanation());
    explanation.getStyleClass().add("muted");
    explanation.setWrapText(true);
    explanation.setMinHeight(Region.USE_PREF_SIZE);
    VBox words = new VBox(2, name, explanation, SettingField.problem(field));
    words.setMinWidth(0);
    HBox.setHgrow(words, Priority.ALWAYS);
    Node control = SettingField.control(field);
    control.setId("all-" + field.setting().name());
    if (control instanceof Region region) {
      region.setMinWidth(180);
      region.setPrefWidth(180);
      region.setMaxWidth(180);
    }
    Glossary.onHover(name, () -> SettingWords.tooltip(field.setting()));
    HBox row = new HBox(16, words, control);
    row.setAlignment(Pos.CENTER_LEFT);
    row.getStyleClass().add("settings-row");
    return row;
  }
}
