package dev.switchyard.views.compare;

import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.train.Workbench.RunSummary;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.chart.LineChartPane.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.beans.binding.Bindings;

/** What can be done on the screen Compare. */
final class CompareActions {
  final Action addFolder;
  final Action logX;
  final Action logY;
  final Action twins;
  private final CompareModel model;
  private final CompareController controller;
  private final List<Action> fixed = new ArrayList<>();

  CompareActions(CompareModel model, CompareController controller) {
    this.model = model;
    this.controller = controller;
    addFolder =
        add(
            Action.of("add-run-folder", "Add a run folder to the chart …", controller::chooseFolder)
                .foundBy("open compare")
                .on("Shortcut+O"));
    for (Measure measure : Measure.values()) {
      add(
          Action.of(
                  "by-" + measure.name().toLowerCase(Locale.ROOT),
                  "Compare by " + QuantityWords.name(measure),
                  () -> model.measure.set(measure))
              .foundBy("axis chart")
              .on("Alt+" + (measure.ordinal() + 1)));
    }
    for (Quantity quantity : Quantity.values()) {
      add(
          Action.of(
                  "show-" + quantity.name().toLowerCase(Locale.ROOT),
                  "Draw " + QuantityWords.term(quantity).title(),
                  () -> model.quantity.set(quantity))
              .foundBy("curve chart quantity"));
    }
    logX =
        add(
            Action.of("log-x", "The axis of amounts logarithmic, or even", () -> flip(true))
                .foundBy("log x scale")
                .on("Alt+X"));
    logY =
        add(
            Action.of("log-y", "The axis of values logarithmic, or even", () -> flip(false))
                .foundBy("log y scale")
                .on("Alt+Y"));
    twins =
        add(
            Action.of(
                    "twins",
                    "Show the dense twins, or hide them",
                    () -> model.twins.set(!model.twins.get()))
                .on("Alt+T"));
    add(
        Action.of("raw", "Curves raw", () -> model.smoothing.set(0))
            .foundBy("smoothing off")
            .when(model.smoothing.greaterThan(0)));
    add(
        Action.of("smooth", "Curves smoothed", () -> model.smoothing.set(0.5))
            .foundBy("smoothing on")
            .when(model.smoothing.isEqualTo(0, 0)));
    add(
        Action.of("show-all", "Show all of the chart", this::zoomOut)
            .foundBy("zoom out reset")
            .on("Alt+0")
            .when(
                Bindings.createBooleanBinding(
                    () -> model.scale.get().zoom() != null, model.scale)));
    add(
        Action.of("clear", "Take all runs from the chart", controller::clear)
            .foundBy("remove compare")
            .when(Bindings.isNotEmpty(model.chosen)));
  }

  private void flip(boolean x) {
    Scale now = model.scale.get();
    model.scale.set(new Scale(now.logX() ^ x, now.logY() ^ !x, now.zoom()));
  }

  private void zoomOut() {
    Scale now = model.scale.get();
    model.scale.set(new Scale(now.logX(), now.logY(), null));
  }

  private Action add(Action action) {
    fixed.add(action);
    return action;
  }

  /** All of them, with the runs that can be put on the chart or taken away. */
  List<Action> all() {
    List<Action> all = new ArrayList<>(fixed);
    for (RunSummary run : model.known) {
      boolean on = model.chosen(run.folder()).isPresent();
      all.add(
          Action.of(
                  "run-" + run.name(),
                  (on ? "Take %s from the chart" : "Put %s on the chart").formatted(run.name()),
                  () -> controller.choose(run.folder(), !on))
              .foundBy("run compare " + run.detail()));
    }
    return all;
  }
}
