package dev.switchyard.views.palette;

import dev.switchyard.views.action.ActionGroup;
import dev.switchyard.views.palette.ActionSearch.Found;
import java.util.List;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What the palette shows. */
final class PaletteModel {
  /** What of it is over the window. */
  enum Shown {
    NOTHING,
    PALETTE,
    SHORTCUTS
  }

  final ObjectProperty<Shown> shown = new SimpleObjectProperty<>(Shown.NOTHING);

  /** What can be done in the program, as it was when the palette opened. */
  final ObjectProperty<List<ActionGroup>> groups = new SimpleObjectProperty<>(List.of());

  final StringProperty query = new SimpleStringProperty("");
  final ObservableList<Found> found = FXCollections.observableArrayList();
}
