package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanExpression;

/** What can be done in the explorer. */
final class ExploreActions {
  final Action undo;
  final Action redo;
  final Action asTrained;
  final Action example;
  final Action sentenceBefore;
  final Action sentenceAfter;
  private final ExploreModel model;
  private final ExploreController controller;
  private final List<Action> fixed = new ArrayList<>();

  ExploreActions(ExploreModel model, TextRouting routing, ExploreController controller) {
    this.model = model;
    this.controller = controller;
    BooleanExpression open = model.subject.isNotNull();
    for (Page page : Page.values()) {
      add(
          Action.of(
                  "page-" + page.name().toLowerCase(Locale.ROOT),
                  "Show the page " + page.title(),
                  () -> model.page.set(page))
              .on("Alt+" + (page.ordinal() + 1)));
    }
    add(
        Action.of("open", "Open a model folder in the explorer …", controller::chooseFolder)
            .foundBy("checkpoint run")
            .on("Shortcut+O"));
    add(
        Action.of("explore-training", "Explore the model in training", controller::openTraining)
            .foundBy("current weights live")
            .when(model.inTraining.isNotEmpty()));
    undo =
        add(
            Action.of("undo", "Undo the what-if", routing::undo)
                .on("Shortcut+Z")
                .when(model.canUndo));
    redo =
        add(
            Action.of("redo", "Redo the what-if", routing::redo)
                .on("Shortcut+Shift+Z", "Shortcut+Y")
                .when(model.canRedo));
    asTrained =
        add(
            Action.of(
                    "as-trained",
                    "Route as trained again",
                    () -> routing.change(WhatIf.NOTHING, ""))
                .foundBy("reset what-if untouched")
                .on("Alt+0")
                .when(
                    Bindings.createBooleanBinding(
                        () -> !model.whatIf.get().isNothing(), model.whatIf)));
    example =
        add(
            Action.of("example", "Another example text", controller::nextExample)
                .foundBy("sentence")
                .on("Shortcut+E")
                .when(
                    Bindings.createBooleanBinding(
                        () ->
                            model.subject.get() != null
                                && model.subject.get().exampleTexts().size() > 1,
                        model.subject)));
    sentenceBefore =
        add(
            Action.of(
                    "sentence-before",
                    "The sentence before",
                    () -> routing.chooseSentence(model.row.get() - 1))
                .on("Alt+UP")
                .when(model.row.greaterThan(0)));
    sentenceAfter =
        add(
            Action.of(
                    "sentence-after",
                    "The next sentence",
                    () -> routing.chooseSentence(model.row.get() + 1))
                .on("Alt+DOWN")
                .when(model.row.lessThan(model.sentences.subtract(1))));
    add(
        Action.of(
                "by-line",
                "A sentence a line, or one text",
                () -> model.byLine.set(!model.byLine.get()))
            .when(open));
    add(
        Action.of(
                "together",
                "Sentences share the room, or have their own",
                () -> model.together.set(!model.together.get()))
            .foundBy("routing group capacity")
            .when(open.and(model.sentences.greaterThan(1))));
    add(
        Action.of("layer-before", "The Switch layer before", () -> controller.stepLayer(-1))
            .on("Alt+PAGE_UP")
            .when(model.trace.isNotNull()));
    add(
        Action.of("layer-after", "The next Switch layer", () -> controller.stepLayer(1))
            .on("Alt+PAGE_DOWN")
            .when(model.trace.isNotNull()));
    add(
        Action.of("token-before", "The token before", () -> controller.stepToken(-1))
            .on("Alt+LEFT")
            .when(model.trace.isNotNull()));
    add(
        Action.of("token-after", "The next token", () -> controller.stepToken(1))
            .on("Alt+RIGHT")
            .when(model.trace.isNotNull()));
    add(
        Action.of("expert-of-token", "Look at the token's expert", controller::chooseExpertOfToken)
            .foundBy("inspector tokens it took")
            .on("Alt+E")
            .when(model.trace.isNotNull()));
  }

  private Action add(Action action) {
    fixed.add(action);
    return action;
  }

  /** All of them, with the models that can be opened. */
  List<Action> all() {
    List<Action> all = new ArrayList<>(fixed);
    for (Workbench.Sample sample : model.samples) {
      all.add(
          Action.of(
              "open-" + sample.name(),
              "Put %s under the microscope".formatted(sample.name()),
              () -> controller.open(sample.name())));
    }
    return all;
  }
}
