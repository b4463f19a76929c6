package dev.switchyard.views.train.form;

import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.SettingValue;
import java.nio.file.Path;
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

/** What the form of a new run holds. */
final class TrainFormModel {
  /** The setting that the list of texts stands for. */
  static final String DATA = "data";

  final ObservableList<Workbench.Preset> presets = FXCollections.observableArrayList();
  final ObjectProperty<Workbench.Preset> preset = new SimpleObjectProperty<>();
  final ObservableList<Path> texts = FXCollections.observableArrayList();
  final StringProperty name = new SimpleStringProperty("");
  final ObjectProperty<Path> place = new SimpleObjectProperty<>();
  final Map<String, SettingValue> fields = new LinkedHashMap<>();

  /** What is wrong with the form as a whole; empty: nothing. */
  final StringProperty problem = new SimpleStringProperty("");

  final ObjectProperty<Workbench.Estimate> estimate = new SimpleObjectProperty<>();
  final BooleanProperty starting = new SimpleBooleanProperty();

  /** Whether the presets are read: before that there is nothing to start. */
  final BooleanProperty ready = new SimpleBooleanProperty();

  TrainFormModel() {
    for (SettingDescription setting : RunConfig.describe()) {
      if (!setting.name().equals(DATA)) {
        fields.put(setting.name(), SettingValue.of(setting));
      }
    }
  }

  /** Whether any field has a problem of its own. */
  boolean hasFieldProblem() {
    return fields.values().stream().anyMatch(f -> !f.problem().get().isEmpty());
  }

  /** Values that differ from the defaults, by name. */
  Map<String, Object> changes() {
    Map<String, Object> changes = new LinkedHashMap<>();
    fields.forEach(
        (name, field) -> {
          if (!field.value().get().equals(field.setting().defaultValue())) {
            changes.put(name, field.value().get());
          }
        });
    if (!texts.isEmpty()) {
      changes.put(DATA, texts.stream().map(Path::toString).toList());
    }
    return changes;
  }
}
