package dev.switchyard.views.generate;

import dev.switchyard.engine.observe.Decoding.Strategy;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.engine.observe.WhatIf;
import java.util.List;
import java.util.stream.IntStream;
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

/** What is shown of a model that writes. */
final class GenerateModel {
  /** None is chosen. */
  static final int NONE = -1;

  /** The text to write after. */
  final StringProperty text = new SimpleStringProperty("");

  final ObjectProperty<Microscope.Subject> subject = new SimpleObjectProperty<>();
  final ObjectProperty<Strategy> strategy = new SimpleObjectProperty<>(Strategy.GREEDY);

  /** Whether there is something to show. */
  final BooleanProperty open = new SimpleBooleanProperty();

  final BooleanProperty writing = new SimpleBooleanProperty();

  /** The tokens so far. */
  final ObservableList<GenerationStep> steps = FXCollections.observableArrayList();

  /** The whole, once it is written; null before. */
  final ObjectProperty<Generation> result = new SimpleObjectProperty<>();

  /** What is changed in the routing. */
  final ObjectProperty<WhatIf> whatIf = new SimpleObjectProperty<>(WhatIf.NOTHING);

  /** What the model writes without that; null: nothing is changed, or it is not written yet. */
  final ObjectProperty<Generation> untouched = new SimpleObjectProperty<>();

  /** The step that is looked at. */
  final IntegerProperty step = new SimpleIntegerProperty(NONE);

  /** Which of the decoder's Switch layers colours the tokens. */
  final IntegerProperty layer = new SimpleIntegerProperty(0);

  /** Why nothing could be written; empty: it could. */
  final StringProperty problem = new SimpleStringProperty("");

  /** Whether the text has blanks that the model has learned to fill. */
  boolean fills() {
    return subject.get() != null
        && subject.get().fillsBlanks()
        && Microscope.Prompt.hasBlanks(text.get());
  }

  /** Tokens that are not the same with the what-if, those too many or too few among them. */
  int changedTokens() {
    Generation with = result.get();
    Generation without = untouched.get();
    if (with == null || without == null) {
      return 0;
    }
    int longer = Math.max(with.steps().size(), without.steps().size());
    int shorter = Math.min(with.steps().size(), without.steps().size());
    long same =
        IntStream.range(0, shorter)
            .filter(i -> with.steps().get(i).token().id() == without.steps().get(i).token().id())
            .count();
    return longer - (int) same;
  }

  /** The step that is looked at, or null. */
  GenerationStep chosen() {
    return step.get() >= 0 && step.get() < steps.size() ? steps.get(step.get()) : null;
  }

  List<TokenText> tokens() {
    return steps.stream().map(GenerationStep::token).toList();
  }

  /** Names of the decoder's Switch layers. */
  List<String> layers() {
    return steps.isEmpty()
        ? List.of()
        : steps.getFirst().routing().stream().map(LayerRouting::name).toList();
  }

  /** Where all tokens went, in every layer of the decoder; null while there are none. */
  RoutingTrace trace() {
    if (steps.isEmpty()) {
      return null;
    }
    List<LayerRouting> joined =
        IntStream.range(0, layers().size())
            .mapToObj(
                l -> LayerRouting.joined(steps.stream().map(s -> s.routing().get(l)).toList()))
            .toList();
    return new RoutingTrace(List.of(), tokens(), joined, 0, 0);
  }
}
