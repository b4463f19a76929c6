package dev.switchyard.views.devices.mesh;

import dev.switchyard.views.chart.MeshPicture;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** The run whose devices are shown, the step, and what is looked at closely. */
final class MeshModel {
  final ObservableList<MeshSource> sources = FXCollections.observableArrayList();
  final ObjectProperty<MeshSource> source = new SimpleObjectProperty<>();
  final StringProperty state = new SimpleStringProperty("");

  /** What the run's mesh is, in a line. */
  final StringProperty summary = new SimpleStringProperty("");

  /** Why there is nothing to see; empty where there is. */
  final StringProperty problem = new SimpleStringProperty("");

  final ObjectProperty<MeshHistory.Snapshot> snapshot =
      new SimpleObjectProperty<>(MeshHistory.Snapshot.EMPTY);

  /** Which of the snapshot's steps is shown. */
  final IntegerProperty position = new SimpleIntegerProperty();

  /** Whether the newest step is shown, and will be when there is a newer one. */
  final BooleanProperty following = new SimpleBooleanProperty(true);

  /** The step that is shown; null: none. */
  final ObjectProperty<MeshHistory.Step> step = new SimpleObjectProperty<>();

  /** What is looked at closely; null: the whole step. */
  final ObjectProperty<MeshPicture.Part> chosen = new SimpleObjectProperty<>();
}
