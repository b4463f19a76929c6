package dev.switchyard.views.devices.planner;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.plan.ClusterConfig;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.plan.WorkloadConfig;
import dev.switchyard.engine.store.Json;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.component.SettingValue;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javafx.animation.PauseTransition;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.Node;
import javafx.util.Duration;

/** The page of the planner. */
public final class PlannerController {
  private static final Duration AFTER_TYPING = Duration.millis(200);
  // The paper's largest model, on as many devices as it has experts.
  private static final String FIRST_PRESET = "switch-c-2048";
  private static final String FIRST_DEVICES = "2048";

  private final Workbench workbench;
  private final Tasks tasks;
  private final PlannerModel model = new PlannerModel();
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private final PauseTransition typing = new PauseTransition(AFTER_TYPING);
  private final PlannerView view;
  private String wanted = FIRST_PRESET;
  private boolean asked;

  /**
   * The page; it is filled when it is entered.
   *
   * @param pages stands at the right of its top: what leads to the screen's other page
   */
  public PlannerController(Workbench workbench, Tasks tasks, Appearance appearance, Node pages) {
    this.workbench = workbench;
    this.tasks = tasks;
    model.cluster.get("devices").value().set(FIRST_DEVICES);
    view = new PlannerView(model, appearance.themeProperty(), pages);
    typing.setOnFinished(e -> plan());
    follow(model.cluster, value -> cluster());
    follow(model.workload, value -> workload());
    model.preset.addListener((o, before, now) -> plan());
  }

  /** The page. */
  public Node view() {
    return view;
  }

  /** A line for the status bar. */
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  /** What of it comes back after a restart, as texts by name. */
  public Map<String, String> state() {
    Map<String, String> state = new LinkedHashMap<>();
    state.put("preset", model.preset.get() == null ? wanted : model.preset.get().name());
    values(model.cluster).forEach((name, value) -> state.put("cluster." + name, value));
    values(model.workload).forEach((name, value) -> state.put("workload." + name, value));
    return state;
  }

  /** Takes up such a state. */
  public void restore(UnaryOperator<String> state) {
    wanted = state.apply("preset").isEmpty() ? FIRST_PRESET : state.apply("preset");
    model.cluster.forEach((name, field) -> takeUp(field, state.apply("cluster." + name)));
    model.workload.forEach((name, field) -> takeUp(field, state.apply("workload." + name)));
  }

  private static void takeUp(SettingValue field, String value) {
    if (!value.isEmpty()) {
      field.value().set(value);
    }
  }

  /** Plans for a model of which there is a configuration such as Hugging Face's, and no more. */
  public void plan(Path config) {
    tasks.run(
        this + "config",
        "reading " + config,
        () -> {
          Map<String, Object> all = Json.map(Json.read(config));
          Map<String, String> settings = new LinkedHashMap<>();
          RunConfig.describe().stream()
              .map(SettingDescription::name)
              .filter(name -> all.get(name) != null)
              .forEach(name -> settings.put(name, String.valueOf(all.get(name))));
          if (!settings.containsKey("d_model")) {
            throw new InputException(
                "%s is no configuration of a model: it has no d_model.".formatted(config));
          }
          var unused = RunConfig.defaults().with(settings);
          return new Workbench.Preset(
              config.toAbsolutePath().getParent().getFileName() + "/" + config.getFileName(),
              "read from " + config,
              settings,
              false);
        },
        preset -> {
          model.presets.add(preset);
          model.preset.set(preset);
        });
  }

  /** What can be done on it. */
  public List<Action> actions() {
    List<Action> all = new ArrayList<>();
    all.add(
        Action.of("plan-defaults", "Plan with the first assumptions again", this::reset)
            .foundBy("devices cluster reset")
            .on("Alt+0"));
    for (Workbench.Preset preset : model.presets) {
      all.add(
          Action.of(
                  "plan-" + preset.name(), "Plan " + preset.name(), () -> model.preset.set(preset))
              .foundBy("devices mesh memory cluster planner"));
    }
    return all;
  }

  private void reset() {
    Stream.of(model.cluster, model.workload)
        .flatMap(settings -> settings.values().stream())
        .forEach(setting -> setting.value().set(setting.setting().defaultValue()));
    model.cluster.get("devices").value().set(FIRST_DEVICES);
  }

  /** The page is seen now: the presets are read, and the first plan is made. */
  public void enter() {
    if (!asked) {
      asked = true;
      tasks.run(
          model.presets,
          "",
          workbench::presets,
          presets -> {
            model.presets.addAll(0, presets);
            presets.stream()
                .filter(preset -> preset.name().equals(wanted))
                .findFirst()
                .or(() -> presets.stream().findFirst())
                .ifPresent(
                    preset -> {
                      if (model.preset.get() == null) {
                        model.preset.set(preset);
                      }
                    });
          });
    }
  }

  private void follow(Map<String, SettingValue> settings, Consumer<SettingValue> check) {
    for (SettingValue setting : settings.values()) {
      setting
          .value()
          .addListener(
              (o, before, now) -> {
                try {
                  settings.values().forEach(each -> each.problem().set(""));
                  check.accept(setting);
                } catch (InputException e) {
                  setting.problem().set(e.getMessage());
                }
                typing.playFromStart();
              });
    }
  }

  private ClusterConfig cluster() {
    return SettingsRecord.with(ClusterConfig.defaults(), values(model.cluster));
  }

  private WorkloadConfig workload() {
    return SettingsRecord.with(WorkloadConfig.defaults(), values(model.workload));
  }

  private static Map<String, String> values(Map<String, SettingValue> settings) {
    Map<String, String> values = new LinkedHashMap<>();
    settings.forEach((name, setting) -> values.put(name, setting.value().get()));
    return values;
  }

  private void plan() {
    Workbench.Preset preset = model.preset.get();
    if (preset == null) {
      return;
    }
    ClusterConfig cluster;
    WorkloadConfig workload;
    try {
      cluster = cluster();
      workload = workload();
    } catch (InputException e) {
      fail(e);
      return;
    }
    Map<String, String> settings = new LinkedHashMap<>(preset.settings());
    tasks.run(
        model,
        "planning",
        () -> workbench.plan(RunConfig.defaults().with(settings), cluster, workload),
        this::show,
        this::fail);
  }

  private void fail(Throwable problem) {
    tasks.forget(model);
    model.chosen.set(null);
    model.plan.set(null);
    model.problem.set(Tasks.line(problem));
    status.set("");
  }

  private void show(Plan plan) {
    model.problem.set("");
    model.chosen.set(null);
    model.plan.set(plan);
    MeshPlan first = plan.strategies().getFirst();
    model.chosen.set(first);
    status.set(
        "%s on %s devices · %s"
            .formatted(
                model.preset.get().name(),
                Figures.whole(plan.cluster().devices()),
                plan.best() == null
                    ? "nothing fits"
                    : "%s tokens a second".formatted(tokensPerSecond(plan, first))));
  }

  /** How fast a mesh would train. */
  static String tokensPerSecond(Plan plan, MeshPlan mesh) {
    return Figures.compact(plan.tokens() / mesh.time().total());
  }
}
