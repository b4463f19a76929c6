package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.engine.observe.WhatIf;
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

  /** The sentence that is looked at: all of the text, or a line of it. */
  final StringProperty sentence = new SimpleStringProperty("");

  /** How many sentences there are. */
  final IntegerProperty sentences = new SimpleIntegerProperty(1);

  /** Number of the sentence that is looked at. */
  final IntegerProperty row = new SimpleIntegerProperty(0);

  /** Whether each line of the text is a sentence of its own. */
  final ObjectProperty<Boolean> byLine = new SimpleObjectProperty<>(true);

  /** Whether sentences share the experts' room. */
  final ObjectProperty<Boolean> together = new SimpleObjectProperty<>(false);

  /** Why the text could not be routed; empty: it could. */
  final StringProperty problem = new SimpleStringProperty("");

  /** What is changed in the routing. */
  final ObjectProperty<WhatIf> whatIf = new SimpleObjectProperty<>(WhatIf.NOTHING);

  /** Why the what-if can't be; empty: it can. */
  final StringProperty whatIfProblem = new SimpleStringProperty("");

  final BooleanProperty canUndo = new SimpleBooleanProperty();
  final BooleanProperty canRedo = new SimpleBooleanProperty();

  /** The sentence as the model routes it. */
  final ObjectProperty<RoutingTrace> untouched = new SimpleObjectProperty<>();

  /** What the what-if changes in it; null: nothing is changed. */
  final ObjectProperty<RoutingDifference> difference = new SimpleObjectProperty<>();

  /** What is shown: the what-if's trace, or the untouched one; set after the two above. */
  final ObjectProperty<RoutingTrace> trace = new SimpleObjectProperty<>();

  /** What experts take of a corpus; null: nobody has looked. */
  final ObjectProperty<ExpertPreferences> preferences = new SimpleObjectProperty<>();

  final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.TEXT);

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

  /** Whether tokens are of one text that several share the room with. */
  boolean isShared() {
    return trace.get() != null && trace.get().rows().size() > 1;
  }

  /** Whether a token of the chosen layer is chosen. */
  boolean hasToken() {
    return routing() != null && token.get() >= 0 && token.get() < routing().expert().length;
  }
}
