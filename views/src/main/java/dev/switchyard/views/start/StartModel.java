package dev.switchyard.views.start;

import dev.switchyard.engine.train.Workbench;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What the start page shows. */
final class StartModel {
  final ObservableList<Workbench.Sample> samples = FXCollections.observableArrayList();
  final ObservableList<Workbench.RunSummary> runs = FXCollections.observableArrayList();
  final ObservableList<Workbench.Preset> presets = FXCollections.observableArrayList();

  /** Whether the lists were read at least once. */
  final BooleanProperty loaded = new SimpleBooleanProperty();

  /** The preset by which a sample was trained, or the first that brings its data. */
  String presetOf(Workbench.Sample sample) {
    return presets.stream()
        .filter(p -> p.name().equals(sample.name()))
        .findFirst()
        .or(() -> presets.stream().filter(Workbench.Preset::bringsData).findFirst())
        .map(Workbench.Preset::name)
        .orElse(null);
  }
}
