package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.generate.GenerateController;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import javafx.animation.PauseTransition;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.Node;
import javafx.util.Duration;

/** The explorer: a model under the microscope, a text, and every token's way. */
public final class ExploreController implements AutoCloseable {
  private static final Duration AFTER_TYPING = Duration.millis(200);
  private static final Duration BETWEEN_LOOKS = Duration.seconds(2);

  private final Workbench workbench;
  private final Tasks tasks;
  private final ExploreModel model = new ExploreModel();
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private final PauseTransition typing = new PauseTransition(AFTER_TYPING);
  private final PauseTransition looking = new PauseTransition(BETWEEN_LOOKS);
  private final GenerateController generate;
  private final ExploreView view;
  private Microscope microscope;
  private String routedText = "";
  private TrainingRun training;
  private boolean shown;

  /** The screen with its model not opened yet. */
  public ExploreController(Workbench workbench, Tasks tasks, Appearance appearance) {
    this.workbench = workbench;
    this.tasks = tasks;
    generate = new GenerateController(tasks, appearance, model.text);
    view = new ExploreView(model, appearance.themeProperty(), this, generate);
    typing.setOnFinished(e -> route());
    looking.setOnFinished(e -> lookAgain());
    model.text.addListener((o, before, now) -> typing.playFromStart());
    model.capacityFactor.addListener((o, before, now) -> route());
  }

  /** The screen. */
  public Node view() {
    return view;
  }

  /** A line for the status bar. */
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  /** The screen is seen now: the list of models is read, and the first sample opened if none is. */
  public void enter() {
    shown = true;
    record Lists(List<Workbench.Sample> samples, List<Workbench.RunSummary> runs) {}
    tasks.run(
        this + "lists",
        "",
        () -> new Lists(workbench.samples(), workbench.runs()),
        lists -> {
          model.samples.setAll(lists.samples());
          model.runs.setAll(lists.runs());
          if (model.subject.get() == null
              && model.opening.get().isEmpty()
              && !lists.samples().isEmpty()) {
            open(lists.samples().getFirst().name());
          }
        });
    if (model.subjectInTraining.get()) {
      looking.playFromStart();
    }
  }

  /** The screen is not seen any more. */
  public void leave() {
    shown = false;
    looking.stop();
  }

  /** Opens a sample's name, a run folder, a checkpoint or a model folder. */
  public void open(String name) {
    open(name, () -> workbench.open(name), false);
  }

  /** Opens the model in training. */
  public void openTraining() {
    if (training != null) {
      TrainingRun run = training;
      open(run.folder().getFileName().toString(), run::microscope, true);
    }
  }

  /** Says which run is in training; null: none. */
  public void offerTraining(TrainingRun run) {
    training = run;
    model.inTraining.set(run == null ? "" : run.folder().getFileName().toString());
    model.subjectInTraining.set(false); // what is open belongs to the run before
  }

  private void open(String name, Callable<Microscope> opener, boolean inTraining) {
    model.opening.set(name);
    tasks.run(
        this + "open",
        "opening " + name,
        opener,
        opened -> {
          model.opening.set("");
          take(opened, inTraining);
        },
        problem -> {
          model.opening.set("");
          tasks.tell(problem);
        });
  }

  private void take(Microscope opened, boolean inTraining) {
    release();
    microscope = opened;
    Microscope.Subject subject = opened.subject();
    boolean untouchedText =
        model.subject.get() == null
            || model.text.get().isBlank()
            || model.subject.get().exampleTexts().contains(model.text.get());
    model.untouched.set(null);
    model.trace.set(null);
    model.token.set(ExploreModel.NONE);
    model.expert.set(ExploreModel.NONE);
    model.layer.set(0);
    model.capacityFactor.set(null);
    model.subject.set(subject);
    model.subjectInTraining.set(inTraining);
    if (untouchedText && !subject.exampleTexts().isEmpty()) {
      model.text.set(subject.exampleTexts().getFirst());
    }
    generate.look(opened);
    typing.stop();
    route();
    if (inTraining) {
      looking.playFromStart();
    }
  }

  private void lookAgain() {
    if (shown && training != null && model.subjectInTraining.get()) {
      if (!training.state().isOver()) {
        route();
      }
      looking.playFromStart();
    }
  }

  /** Routes the text as it stands; the newest answer wins. */
  void route() {
    if (microscope == null) {
      return;
    }
    String text = model.text.get();
    if (text.isBlank()) {
      tasks.forget(this + "route");
      model.problem.set("");
      model.untouched.set(null);
      model.trace.set(null);
      status.set("");
      return;
    }
    Double factor = model.capacityFactor.get();
    Microscope now = microscope;
    RoutingTrace known = model.untouched.get();
    record Both(RoutingTrace untouched, RoutingTrace shown) {}
    boolean fresh = known == null || factor == null || !Objects.equals(text, routedText);
    tasks.follow(
        this + "route",
        "",
        () -> {
          var own =
              fresh
                  ? now.route(new Microscope.Request(text, null, null))
                  : java.util.concurrent.CompletableFuture.completedFuture(known);
          return factor == null
              ? own.thenApply(trace -> new Both(trace, trace))
              : own.thenCombine(now.route(new Microscope.Request(text, null, factor)), Both::new);
        },
        both -> {
          routedText = text;
          model.problem.set("");
          model.untouched.set(both.untouched());
          show(both.shown());
        },
        problem -> model.problem.set(Tasks.line(problem)));
  }

  private void show(RoutingTrace trace) {
    if (model.layer.get() >= trace.layers().size()) {
      model.layer.set(0);
    }
    model.trace.set(trace);
    if (model.token.get() == ExploreModel.NONE) {
      model.token.set(firstOfInterest(model.routing()));
    }
    int tokens = model.tokens().size();
    if (model.token.get() >= tokens) {
      model.token.set(tokens - 1);
    }
    status.set(
        "%s routed in %s ms"
            .formatted(
                Figures.count(trace.encoderTokens().size() + trace.decoderTokens().size(), "token"),
                Figures.decimal(trace.milliseconds(), trace.milliseconds() < 10 ? 1 : 0)));
  }

  /** A dropped token has the most to tell; else the first one. */
  private static int firstOfInterest(LayerRouting layer) {
    for (int t = 0; layer != null && t < layer.kept().length; t++) {
      if (!layer.kept()[t]) {
        return t;
      }
    }
    return 0;
  }

  /** Chooses a layer and a token of it. */
  void choose(int layer, int token) {
    model.layer.set(layer);
    model.token.set(token);
  }

  /** Chooses an expert; the same again lets it go. */
  void chooseExpert(int expert) {
    model.expert.set(model.expert.get() == expert ? ExploreModel.NONE : expert);
  }

  private void release() {
    generate.look(null);
    if (microscope != null) {
      Microscope old = microscope;
      microscope = null;
      tasks.run(
          old,
          "",
          () -> {
            old.close();
            return null;
          },
          done -> {});
    }
  }

  @Override
  public void close() {
    typing.stop();
    looking.stop();
    generate.look(null);
    if (microscope != null) {
      microscope.close();
      microscope = null;
    }
  }
}
