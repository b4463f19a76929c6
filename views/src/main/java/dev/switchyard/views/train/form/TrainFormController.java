package dev.switchyard.views.train.form;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingConfig;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.component.SettingValue;
import dev.switchyard.views.task.Tasks;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javafx.animation.PauseTransition;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;
import javafx.util.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The form of a new run: checks itself while it is filled in, and says what the run will cost. */
public final class TrainFormController {
  private static final Logger LOG = LoggerFactory.getLogger(TrainFormController.class);
  private static final Duration AFTER_TYPING = Duration.millis(250);

  private final Workbench workbench;
  private final Tasks tasks;
  private final Supplier<String> obstacle;
  private final Consumer<TrainingRun> created;
  private final TrainFormModel model = new TrainFormModel();
  private final PauseTransition typing = new PauseTransition(AFTER_TYPING);
  private final Action create =
      Action.of("create", "Start training with this form", this::start)
          .foundBy("new run begin")
          .on("Shortcut+Shift+ENTER")
          .when(model.problem.isEmpty().and(model.starting.not()).and(model.ready));
  private final TrainFormView view;

  /** Backends and precisions whose pace was asked for. */
  private final Set<String> measured = new HashSet<>();

  private boolean filling;
  private FormState remembered;

  /**
   * The form with the defaults.
   *
   * @param obstacle why no run can start now; empty: one can
   * @param created takes the run that was made, ready to start
   */
  public TrainFormController(
      Workbench workbench, Tasks tasks, Supplier<String> obstacle, Consumer<TrainingRun> created) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.obstacle = obstacle;
    this.created = created;
    view = new TrainFormView(model, this);
    typing.setOnFinished(e -> estimate());
    model.fields.values().forEach(field -> field.value().addListener((o, b, n) -> edited(field)));
    model.texts.addListener((ListChangeListener<Path>) c -> changed());
    model.name.addListener((o, before, now) -> changed());
    model.place.addListener((o, before, now) -> changed());
    model.preset.addListener((o, before, now) -> fill(now));
  }

  /** The screen. */
  public Node view() {
    return view;
  }

  /** What of it comes back after a restart, as texts by name. */
  public Map<String, String> state() {
    return (remembered == null ? FormState.of(model) : remembered).asTexts();
  }

  /** Takes up such a state; it is filled in when the form is entered. */
  public void restore(UnaryOperator<String> state) {
    remembered = FormState.from(state);
  }

  private void takeUp(FormState state) {
    state
        .values()
        .forEach(
            (name, value) -> {
              if (model.fields.containsKey(name)) {
                model.fields.get(name).value().set(value);
              }
            });
    model.texts.setAll(state.texts());
    if (state.place() != null) {
      model.place.set(state.place());
    }
  }

  /** What can be done with it. */
  public List<Action> actions() {
    return List.of(create);
  }

  /** Makes the run that the form describes, and starts it. */
  Action create() {
    return create;
  }

  /**
   * Shows the form.
   *
   * @param preset its name, or null to leave the form as it stands
   * @param texts to train on; empty leaves those that stand there
   */
  public void enter(String preset, List<Path> texts) {
    record Lists(List<Workbench.Preset> presets, Path runs) {}
    tasks.run(
        this + "presets",
        "",
        () -> new Lists(workbench.presets(), workbench.runsFolder()),
        lists -> {
          if (!model.presets.equals(lists.presets())) {
            model.presets.setAll(lists.presets());
          }
          if (model.place.get() == null) {
            model.place.set(lists.runs());
          }
          FormState before = preset == null ? remembered : null;
          remembered = null;
          String name = before == null ? preset : before.preset();
          Workbench.Preset wanted =
              lists.presets().stream().filter(p -> p.name().equals(name)).findFirst().orElse(null);
          if (wanted != null) {
            model.preset.set(wanted);
          } else if (model.preset.get() == null && !lists.presets().isEmpty()) {
            model.preset.set(lists.presets().getFirst());
          }
          if (before != null && wanted != null) {
            takeUp(before);
          }
          if (!texts.isEmpty()) {
            model.texts.setAll(texts);
          }
          model.ready.set(true);
          changed();
        });
  }

  /** Takes more texts. */
  void addTexts(List<Path> more) {
    more.stream().filter(path -> !model.texts.contains(path)).forEach(model.texts::add);
  }

  private void fill(Workbench.Preset preset) {
    if (preset == null) {
      return;
    }
    filling = true;
    model.fields.forEach(
        (name, field) -> {
          field.value().set(preset.settings().getOrDefault(name, field.setting().defaultValue()));
          field.problem().set("");
        });
    filling = false;
    nameAfter(preset);
    changed();
  }

  /** The preset's name, with a number where a run has it already. */
  private void nameAfter(Workbench.Preset preset) {
    Path place = model.place.get();
    tasks.run(
        this + "name",
        "",
        () -> {
          Path folder = place == null ? workbench.runsFolder() : place;
          String name = preset.name();
          for (int n = 2; Files.exists(folder.resolve(name)); n++) {
            name = preset.name() + "-" + n;
          }
          return name;
        },
        model.name::set);
  }

  private void edited(SettingValue field) {
    if (filling) {
      return;
    }
    String problem = "";
    try {
      var unused =
          RunConfig.defaults()
              .with(presetSettings())
              .with(Map.of(field.setting().name(), field.value().get()));
    } catch (InputException e) {
      problem = e.getMessage();
    }
    field.problem().set(problem);
    changed();
  }

  private Map<String, String> presetSettings() {
    Workbench.Preset preset = model.preset.get();
    return preset == null ? Map.of() : preset.settings();
  }

  private void changed() {
    if (!filling) {
      typing.playFromStart();
    }
  }

  private RunConfig config() {
    Map<String, Object> all = new LinkedHashMap<>(model.changes());
    return RunConfig.defaults().with(all);
  }

  private Path folder() {
    String name = model.name.get().strip();
    if (name.isEmpty()) {
      throw new InputException("The run has no name: give it one, it becomes its folder's name.");
    }
    try {
      return model.place.get().resolve(name);
    } catch (InvalidPathException e) {
      throw new InputException("\"%s\" can't be the name of a folder.".formatted(name), e);
    }
  }

  /** Checks the whole form and asks what the run will cost. */
  private void estimate() {
    if (model.hasFieldProblem()) {
      tasks.forget(this + "estimate");
      model.problem.set("Some settings are not right: see the red lines.");
      model.estimate.set(null);
      return;
    }
    Workbench.Preset preset = model.preset.get();
    boolean withoutText = model.texts.isEmpty() && (preset == null || !preset.bringsData());
    RunConfig config;
    Path folder;
    try {
      config = config();
      folder = folder();
    } catch (InputException e) {
      model.problem.set(e.getMessage());
      model.estimate.set(null);
      return;
    }
    tasks.run(
        this + "estimate",
        "",
        () -> {
          Workbench.Estimate estimate = workbench.estimate(config);
          if (isTaken(folder)) {
            throw new InputException(
                "%s exists already: give the run another name.".formatted(folder));
          }
          return estimate;
        },
        estimate -> {
          model.estimate.set(estimate);
          model.problem.set(
              withoutText ? "Choose texts to train on: drop files or a folder at the left." : "");
          if (!Double.isFinite(estimate.secondsPerStep())) {
            measurePace(config);
          }
        },
        problem -> {
          model.estimate.set(null);
          model.problem.set(Tasks.line(problem));
        });
  }

  /**
   * Where no run tells how fast this machine is a small model does, once; not beside a training.
   */
  private void measurePace(RunConfig config) {
    TrainingConfig training = config.training();
    if (obstacle.get().isEmpty() && measured.add(training.backend() + training.precision())) {
      tasks.run(
          this + "pace",
          "measuring how fast this machine trains",
          () -> {
            workbench.measurePace(config);
            return null;
          },
          done -> estimate(),
          problem -> LOG.warn("The pace of this machine can't be measured", problem));
    }
  }

  private static boolean isTaken(Path folder) throws java.io.IOException {
    if (!Files.exists(folder)) {
      return false;
    }
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (var files = Files.list(folder)) {
      return files.findAny().isPresent();
    }
  }

  /** Makes the run and hands it on. */
  void start() {
    if (!obstacle.get().isEmpty()) {
      typing.stop();
      tasks.forget(this + "estimate"); // its answer would take the words away
      model.problem.set(obstacle.get());
      return;
    }
    RunConfig config;
    Path folder;
    try {
      config = config();
      folder = folder();
    } catch (InputException e) {
      model.problem.set(e.getMessage());
      return;
    }
    model.starting.set(true);
    tasks.run(
        this + "create",
        "preparing " + model.name.get(),
        progress -> workbench.create(config, folder, progress::set),
        run -> {
          model.starting.set(false);
          nameAfter(model.preset.get());
          created.accept(run);
        },
        problem -> {
          model.starting.set(false);
          model.problem.set(Tasks.line(problem));
        });
  }
}
