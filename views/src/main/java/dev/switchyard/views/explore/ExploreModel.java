package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
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

/** What the explorer shows. */
final class ExploreModel {
  /** None is chosen. */
  static final int NONE = -1;

  final ObservableList<Workbench.Sample> samples = FXCollections.observableArrayList();
  final ObservableList<Workbench.RunSummary> runs = FXCollections.observableArrayList();

  /** Name of the run in training; empty: none. */
  final StringProperty inTraining = new SimpleStringProperty("");

  final ObjectProperty<Microscope.Subject> subject = new SimpleObjectProperty<>();

  /** What is being opened; empty: nothing. */
  final StringProperty opening = new SimpleStringProperty("");

  final BooleanProperty subjectInTraining = new SimpleBooleanProperty();
  final StringProperty text = new SimpleStringProperty("");

  /** Why the text could not be routed; empty: it could. */
  final StringProperty problem = new SimpleStringProperty("");

  /** Capacity factor of the what-if; null: the model's own. */
  final ObjectProperty<Double> capacityFactor = new SimpleObjectProperty<>();

  /** The text with the model's own capacity factor. */
  final ObjectProperty<RoutingTrace> untouched = new SimpleObjectProperty<>();

  /** What is shown: the what-if's trace, or the untouched one. */
  final ObjectProperty<RoutingTrace> trace = new SimpleObjectProperty<>();

  final IntegerProperty layer = new SimpleIntegerProperty(0);
  final IntegerProperty token = new SimpleIntegerProperty(NONE);
  final IntegerProperty expert = new SimpleIntegerProperty(NONE);

  /** The chosen layer's routing, or null. */
  LayerRouting routing() {
    RoutingTrace now = trace.get();
    return now == null || layer.get() >= now.layers().size() ? null : now.layers().get(layer.get());
  }

  /** The tokens that the chosen layer routed. */
  List<TokenText> tokens() {
    LayerRouting routing = routing();
    return routing == null ? List.of() : trace.get().tokens(routing);
  }

  /** Whether a token of the chosen layer is chosen. */
  boolean hasToken() {
    return routing() != null && token.get() >= 0 && token.get() < routing().expert().length;
  }
}
