package dev.switchyard.views.train.form;

import dev.switchyard.engine.train.Workbench.Estimate;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.io.File;
import java.util.function.Function;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import org.kordamp.ikonli.feather.Feather;

/** What the run will be and cost, what still stands in its way, and the button that starts it. */
final class FormSummary extends VBox {
  private final TrainFormModel model;

  FormSummary(TrainFormModel model, TrainFormController controller) {
    this.model = model;
    getStyleClass().add("card");
    setId("summary");
    Label title = new Label("Before it starts");
    title.getStyleClass().addAll("card-title", "strong");
    Label subtitle = new Label();
    subtitle.setId("estimate-state");
    subtitle
        .textProperty()
        .bind(
            Bindings.when(model.estimate.isNull().and(model.problem.isEmpty()))
                .then("reading what it takes …")
                .otherwise("estimated from the settings"));
    subtitle.getStyleClass().addAll("card-subtitle", "muted");
    Label parameters = new Label();
    parameters.setId("estimate-parameters");
    parameters.getStyleClass().addAll("strong", "headline-figure");
    parameters.textProperty().bind(of(e -> Figures.compact(e.parameters())));
    VBox headline = new VBox(2, Glossary.label(Term.PARAMETERS, "parameters"), parameters);
    var twin =
        TrainFormView.fact(
            "in the dense twin",
            of(e -> e.twinParameters() == 0 ? "no twin" : Figures.compact(e.twinParameters())),
            "estimate-twin");
    var memory =
        TrainFormView.fact("memory", of(e -> Figures.bytes(e.memoryBytes())), "estimate-memory");
    var step = TrainFormView.fact("a step", of(e -> step(e)), "estimate-step");
    var time =
        TrainFormView.fact(
            "whole run",
            of(e -> about(e, Figures.duration(e.secondsPerStep() * steps()))),
            "estimate-time");
    VBox facts = new VBox(8, twin, memory, step, time);
    Glossary.explain(twin, Term.DENSE_TWIN);
    Glossary.explain(memory, Term.TRAINING_MEMORY);
    Glossary.explain(step, Term.RUN_TIME);
    Glossary.explain(time, Term.RUN_TIME);
    Label problem = new Label();
    problem.setId("form-problem");
    problem.getStyleClass().add("problem");
    problem.setWrapText(true);
    problem.setMinHeight(Region.USE_PREF_SIZE);
    problem.textProperty().bind(model.problem);
    problem.visibleProperty().bind(model.problem.isNotEmpty());
    problem.managedProperty().bind(model.problem.isNotEmpty());
    Button start = Buttons.primary("Create the run", Feather.PLAY, controller.create());
    start.setId("create");
    start.getStyleClass().add("large");
    start.setMaxWidth(Double.MAX_VALUE);
    start
        .disableProperty()
        .bind(model.problem.isNotEmpty().or(model.starting).or(model.ready.not()));
    start
        .textProperty()
        .bind(Bindings.when(model.starting).then("Preparing …").otherwise("Start training"));
    getChildren().addAll(new VBox(2, title, subtitle), headline, facts, place(), problem, start);
    setSpacing(18);
  }

  private VBox place() {
    Label word = new Label("its folder");
    word.getStyleClass().add("muted");
    Button change = Buttons.plain("Elsewhere", Feather.FOLDER, this::choosePlace);
    change.getStyleClass().add("small");
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    HBox head = new HBox(8, word, gap, change);
    head.setAlignment(javafx.geometry.Pos.CENTER_LEFT);
    Label path = new Label();
    path.setId("run-folder");
    path.getStyleClass().addAll("mono", "path");
    path.setWrapText(true);
    path.setMinHeight(Region.USE_PREF_SIZE);
    path.textProperty()
        .bind(
            Bindings.createStringBinding(
                () ->
                    model.place.get() == null
                        ? ""
                        : model.place.get() + File.separator + model.name.get().strip(),
                model.place,
                model.name));
    return new VBox(6, head, path);
  }

  private void choosePlace() {
    DirectoryChooser chooser = new DirectoryChooser();
    chooser.setTitle("Where the run's folder goes");
    File folder = chooser.showDialog(getScene().getWindow());
    if (folder != null) {
      model.place.set(folder.toPath());
    }
  }

  private ObservableValue<String> of(Function<Estimate, String> figure) {
    return model.estimate.map(figure).orElse("–");
  }

  private double steps() {
    try {
      return Double.parseDouble(model.fields.get("steps").value().get());
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String step(Estimate estimate) {
    double seconds = estimate.secondsPerStep();
    if (!Double.isFinite(seconds)) {
      return "–"; // nothing was trained or measured here yet
    }
    return about(
        estimate,
        seconds < 1
            ? Figures.decimal(seconds * 1000, seconds < 0.01 ? 1 : 0) + " ms"
            : Figures.decimal(seconds, 1) + " s");
  }

  private static String about(Estimate estimate, String time) {
    return estimate.rough() && Double.isFinite(estimate.secondsPerStep())
        ? "roughly " + time
        : time;
  }
}
