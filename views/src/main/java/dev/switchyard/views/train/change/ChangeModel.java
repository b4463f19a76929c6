package dev.switchyard.views.train.change;

import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.views.component.SettingValue;
import java.util.LinkedHashMap;
import java.util.Map;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What the form of a change holds. */
final class ChangeModel {
  /** The settings until now; null: the form is put away. */
  final ObjectProperty<RunConfig> before = new SimpleObjectProperty<>();

  /** The settings that may change; the default of each is its value until now. */
  final ObservableList<SettingValue> fields = FXCollections.observableArrayList();

  /** What is wrong with the change as a whole; empty: nothing. */
  final StringProperty problem = new SimpleStringProperty("");

  /** What would change, old and new; empty: nothing. */
  final StringProperty summary = new SimpleStringProperty("");

  final StringProperty explanation = new SimpleStringProperty("");
  final StringProperty action = new SimpleStringProperty("");
  final BooleanProperty ready = new SimpleBooleanProperty();

  /** Values that a person changed, by name. */
  Map<String, String> changes() {
    Map<String, String> changes = new LinkedHashMap<>();
    for (SettingValue field : fields) {
      if (!field.value().get().strip().equals(field.setting().defaultValue())) {
        changes.put(field.setting().name(), field.value().get().strip());
      }
    }
    return changes;
  }
}
