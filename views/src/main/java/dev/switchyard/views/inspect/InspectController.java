package dev.switchyard.views.inspect;

import dev.switchyard.engine.observe.StoredWeight;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.navigation.Screen;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.StringProperty;
import javafx.scene.Node;

/** The screen Inspect: the tensors of a model on disk, one of them closer, and its experts. */
public final class InspectController implements Screen {
  private final Workbench workbench;
  private final Tasks tasks;
  private final InspectModel model = new InspectModel();
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private final InspectView view;
  private final Saving saving;
  private OpenModel open;
  private String opened = "";

  /** The screen with no model yet. */
  public InspectController(Workbench workbench, Tasks tasks, Appearance appearance, Saving saving) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.saving = saving;
    view = new InspectView(model, appearance.themeProperty(), saving, this);
    model.search.addListener((o, before, now) -> list());
    model.weight.addListener((o, before, now) -> readWeight(now));
    model.layer.addListener((o, before, now) -> compareExperts(now));
  }

  @Override
  public Node view() {
    return view;
  }

  @Override
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  /** The list of models is read, and the first sample opened if none is. */
  @Override
  public void enter() {
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
            open(opened.isEmpty() ? lists.samples().getFirst().name() : opened);
          }
        });
  }

  @Override
  public Map<String, String> state() {
    return Map.of("model", opened, "router", String.valueOf(model.ofRouter.get()));
  }

  @Override
  public void restore(UnaryOperator<String> state) {
    opened = state.apply("model");
    model.ofRouter.set("true".equals(state.apply("router")));
  }

  @Override
  public List<Action> actions() {
    List<Action> all = new ArrayList<>();
    all.add(
        Action.of("open", "Open a model folder to inspect …", this::chooseFolder)
            .foundBy("weights tensors checkpoint run")
            .on("Shortcut+O"));
    all.add(
        Action.of(
                "similarity-of",
                "Compare experts by weights, or by their rows in the router",
                () -> model.ofRouter.set(!model.ofRouter.get()))
            .foundBy("similarity cosine")
            .on("Alt+R")
            .when(model.layer.isNotNull()));
    for (Workbench.Sample sample : model.samples) {
      all.add(
          Action.of(
                  "open-" + sample.name(),
                  "Look at the weights of " + sample.name(),
                  () -> open(sample.name()))
              .foundBy("inspect tensors"));
    }
    InspectModel.Subject subject = model.subject.get();
    if (subject != null) {
      for (String layer : subject.layers()) {
        all.add(
            Action.of(
                    "layer-" + layer,
                    "Compare the experts of " + Figures.layerInWords(layer),
                    () -> model.layer.set(layer))
                .foundBy("similarity cosine inspect"));
      }
    }
    return all;
  }

  private void chooseFolder() {
    saving
        .prompt()
        .folder(view.getScene().getWindow(), "Open a run, a checkpoint or a model folder")
        .ifPresent(folder -> open(folder.toString()));
  }

  /** Opens a sample's name, a run folder, a checkpoint or a model folder. */
  public void open(String name) {
    opened = name;
    model.opening.set(name);
    tasks.run(
        this,
        "opening " + name,
        () -> new OpenModel(workbench.inspect(name)),
        this::show,
        problem -> {
          model.opening.set("");
          tasks.tell(problem);
        });
  }

  private void show(OpenModel opened) {
    closeFiles();
    open = opened;
    model.opening.set("");
    model.weight.set(null);
    model.layer.set(null);
    InspectModel.Subject subject = opened.subject();
    model.subject.set(subject);
    list();
    status.set(
        "%s · %s · %s numbers · %s"
            .formatted(
                subject.name(),
                Figures.count(subject.weights().size(), "tensor"),
                Figures.compact(subject.elements()),
                Figures.bytes(subject.bytes())));
    if (!subject.layers().isEmpty()) {
      model.layer.set(subject.layers().getFirst());
    }
  }

  /** Off the window's thread: the largest models have over a hundred thousand tensors. */
  private void list() {
    InspectModel.Subject subject = model.subject.get();
    if (subject != null) {
      String words = Objects.requireNonNullElse(model.search.get(), "");
      tasks.run(
          model.tree,
          "",
          () -> WeightTree.of(subject.name(), subject.weights(), words),
          model.tree::set);
    }
  }

  private void readWeight(StoredWeight weight) {
    model.statistics.set(null);
    model.weightProblem.set("");
    tasks.forget(model.statistics);
    if (weight != null) {
      OpenModel of = open;
      tasks.run(
          model.statistics,
          "reading " + weight.name(),
          () -> of.statistics(weight.name()),
          model.statistics::set,
          unlessStopped(model.weightProblem));
    }
  }

  private void compareExperts(String layer) {
    model.similarity.set(null);
    model.similarityProblem.set("");
    tasks.forget(model.similarity);
    if (layer != null) {
      OpenModel of = open;
      tasks.run(
          model.similarity,
          "comparing experts",
          () -> of.similarity(layer),
          model.similarity::set,
          unlessStopped(model.similarityProblem));
    }
  }

  private static Consumer<Throwable> unlessStopped(StringProperty problem) {
    return thrown -> {
      if (!(thrown instanceof CancellationException)) {
        problem.set(Tasks.line(thrown));
      }
    };
  }

  /** Off the window's thread: an answer that is being read ends first. */
  private void closeFiles() {
    if (open != null) {
      OpenModel last = open;
      last.stop();
      tasks.run(
          last,
          "",
          () -> {
            last.close();
            return null;
          },
          done -> {});
      open = null;
    }
  }

  /** Closes the model's files. */
  @Override
  public void close() {
    closeFiles();
  }
}
