package dev.switchyard.views.preference;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Microscope;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;

/** What is shown of a survey. */
final class PreferenceModel {
  final ObjectProperty<Microscope.Subject> subject = new SimpleObjectProperty<>();

  /** Files or folders, with commas between; empty: what the model was trained on. */
  final StringProperty data = new SimpleStringProperty("");

  /** How many texts are to be read, as it is written in the field. */
  final StringProperty texts = new SimpleStringProperty("512");

  final BooleanProperty running = new SimpleBooleanProperty();

  /** From 0 to 1. */
  final DoubleProperty progress = new SimpleDoubleProperty();

  /** Why there is no result; empty: nothing is wrong. */
  final StringProperty problem = new SimpleStringProperty("");

  final ObjectProperty<ExpertPreferences> result = new SimpleObjectProperty<>();

  /** Number of the layer that is looked at. */
  final IntegerProperty layer = new SimpleIntegerProperty(0);

  /** The layer that is looked at, or null. */
  ExpertPreferences.Layer chosen() {
    ExpertPreferences found = result.get();
    return found == null || layer.get() < 0 || layer.get() >= found.layers().size()
        ? null
        : found.layers().get(layer.get());
  }

  /** The number of texts; null where the field holds none. */
  Integer count() {
    try {
      int count = Integer.parseInt(texts.get().strip().replace(",", ""));
      return count >= 1 && count <= 1_000_000 ? count : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
