package dev.switchyard.views.explore;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.Objects;
import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** The same text and weights, routed otherwise, beside the untouched result. */
final class WhatIfCard extends VBox {
  private static final double LEAST = 0.25;
  private static final double MOST = 4;
  private static final double STEP = 0.05;
  private static final double MOST_JITTER = 0.5;
  private static final double JITTER_STEP = 0.01;

  private final ExploreModel model;
  private final TextRouting routing;
  private final Slider capacity = new Slider(LEAST, MOST, 1);
  private final Label factor = figure();
  private final Slider jitter = new Slider(0, MOST_JITTER, 0);
  private final Label epsilon = figure();
  private final SeedField seed;
  private boolean following;

  WhatIfCard(ExploreModel model, TextRouting routing, ExploreActions actions) {
    this.model = model;
    this.routing = routing;
    capacity.setId("capacity-factor");
    capacity.setBlockIncrement(STEP);
    jitter.setId("jitter");
    jitter.setBlockIncrement(JITTER_STEP);
    seed = new SeedField(model, routing);
    Label problem = new Label();
    problem.setId("what-if-problem");
    problem.getStyleClass().add("problem");
    problem.setWrapText(true);
    problem.setMinHeight(Region.USE_PREF_SIZE);
    problem.textProperty().bind(model.whatIfProblem);
    problem.managedProperty().bind(model.whatIfProblem.isNotEmpty());
    problem.visibleProperty().bind(model.whatIfProblem.isNotEmpty());
    Card card =
        new Card(
            "What if",
            "same text, same weights",
            new VBox(
                8,
                row(Term.CAPACITY_FACTOR, "capacity factor", capacity, factor),
                problem,
                new WhatIfTable(model),
                new RuleChoices(model, routing),
                row(Term.JITTER, "router jitter", jitter, epsilon, seed),
                new ExpertSwitches(model, routing)));
    card.withTools(undo(actions), redo(actions), reset(actions));
    card.setMinHeight(Region.USE_PREF_SIZE);
    getChildren().add(card);
    setMinHeight(Region.USE_PREF_SIZE);
    listen();
    model.whatIf.subscribe(w -> follow());
    model.subject.subscribe(s -> follow());
  }

  private static Label figure() {
    Label figure = new Label();
    figure.getStyleClass().add("mono");
    figure.setMinWidth(36);
    figure.setAlignment(Pos.CENTER_RIGHT);
    return figure;
  }

  private static Node row(Term term, String word, Slider slider, Node... behind) {
    Label label = Glossary.label(term, word);
    label.setMinWidth(96);
    slider.setMinWidth(60);
    HBox.setHgrow(slider, Priority.ALWAYS);
    HBox row = new HBox(8, label, slider);
    row.getChildren().addAll(behind);
    row.setAlignment(Pos.CENTER_LEFT);
    return row;
  }

  private static Button undo(ExploreActions actions) {
    Button undo = Buttons.icon("Undo", Feather.CORNER_UP_LEFT, actions.undo);
    undo.setId("undo");
    undo.getStyleClass().add("small");
    return undo;
  }

  private static Button redo(ExploreActions actions) {
    Button redo = Buttons.icon("Redo", Feather.CORNER_UP_RIGHT, actions.redo);
    redo.setId("redo");
    redo.getStyleClass().add("small");
    return redo;
  }

  private static Button reset(ExploreActions actions) {
    Button reset = new Button("as trained");
    reset.getStyleClass().addAll("sy-button", "small");
    reset.setId("as-trained");
    reset.setMinWidth(Region.USE_PREF_SIZE);
    reset.setOnAction(e -> actions.asTrained.run());
    actions.asTrained.tell(reset);
    reset.disableProperty().bind(Bindings.not(actions.asTrained.enabled()));
    return reset;
  }

  private void listen() {
    capacity
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              double rounded = rounded(now.doubleValue(), STEP);
              if (!following && !Objects.equals(model.whatIf.get().capacityFactor(), rounded)) {
                routing.change(model.whatIf.get().withCapacityFactor(rounded), "capacity factor");
              }
            });
    jitter
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              double rounded = rounded(now.doubleValue(), JITTER_STEP);
              if (!following && model.whatIf.get().jitter() != rounded) {
                routing.change(model.whatIf.get().withJitter(rounded), "jitter");
              }
            });
    capacity.setOnMouseReleased(e -> routing.endGesture());
    jitter.setOnMouseReleased(e -> routing.endGesture());
    capacity.focusedProperty().subscribe(f -> routing.endGesture());
    jitter.focusedProperty().subscribe(f -> routing.endGesture());
  }

  /** Steps of a slider are whole numbers of a hundredth, without the dust of binary fractions. */
  private static double rounded(double value, double step) {
    return Math.round(Math.round(value / step) * step * 100) / 100.0;
  }

  private void follow() {
    if (model.subject.get() == null) {
      return;
    }
    Double asked = model.whatIf.get().capacityFactor();
    double own = model.subject.get().capacityFactor();
    double value = asked == null ? own : asked;
    following = true;
    capacity.setMax(Math.max(MOST, own * 2));
    capacity.setValue(value);
    jitter.setValue(model.whatIf.get().jitter());
    following = false;
    factor.setText(Figures.decimal(value, 2));
    epsilon.setText(Figures.decimal(model.whatIf.get().jitter(), 2));
  }
}
