package dev.switchyard.views.start;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.navigation.Screen;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.scene.Node;

/** The start page: samples, runs, and a person's own text or model. */
public final class StartController implements Screen {
  private static final int MOST_RUNS = 12;

  private final Workbench workbench;
  private final Tasks tasks;
  private final Navigator navigator;
  private final StartModel model = new StartModel();
  private final StartView view;

  /** While a run trains, its line goes with it. */
  private final Pulse pulse = new Pulse(0.4, this::followRuns);

  /** The page; it is filled when it is entered. */
  public StartController(Workbench workbench, Tasks tasks, Navigator navigator) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.navigator = navigator;
    view = new StartView(model, navigator);
  }

  @Override
  public Node view() {
    return view;
  }

  /** Reads samples and runs anew. */
  @Override
  public void enter() {
    record Lists(
        List<Workbench.Sample> samples,
        List<Workbench.RunSummary> runs,
        List<Workbench.Preset> presets) {}
    tasks.run(
        this,
        "",
        () -> new Lists(workbench.samples(), workbench.runs(), workbench.presets()),
        lists -> {
          model.presets.setAll(lists.presets());
          if (!model.samples.equals(lists.samples())) {
            model.samples.setAll(lists.samples());
          }
          if (!model.runs.equals(lists.runs())) {
            model.runs.setAll(lists.runs());
          }
          model.loaded.set(true);
          lists.samples().stream().findFirst().ifPresent(first -> navigator.expect(first.name()));
        });
    pulse.start();
  }

  @Override
  public void leave() {
    pulse.stop();
  }

  @Override
  public void close() {
    pulse.stop();
  }

  private void followRuns() {
    boolean some =
        model.runs.stream()
            .anyMatch(run -> run.state().equals("running") || run.state().equals("paused"));
    if (some && !tasks.isUnderWay(this)) {
      tasks.run(
          this,
          "",
          workbench::runs,
          runs -> {
            if (!model.runs.equals(runs)) {
              model.runs.setAll(runs);
            }
          });
    }
  }

  @Override
  public List<Action> actions() {
    List<Action> all = new ArrayList<>();
    all.add(
        Action.of("open-model", "Open a model folder …", view::chooseModel)
            .foundBy("checkpoint run explore")
            .on("Shortcut+O"));
    all.add(Action.of("open-texts", "Train on text files …", view::chooseTexts));
    all.add(Action.of("open-folder", "Train on a folder of texts …", view::chooseTextFolder));
    model.samples.forEach(sample -> all.addAll(of(sample)));
    model.runs.stream().limit(MOST_RUNS).forEach(run -> all.addAll(of(run)));
    return all;
  }

  private List<Action> of(Workbench.Sample sample) {
    String name = sample.name();
    return List.of(
        Action.of("explore-" + name, "Explore " + name, () -> navigator.explore(name))
            .foundBy("sample " + sample.title()),
        Action.of("replay-" + name, "Replay the training of " + name, () -> navigator.replay(name))
            .foundBy("sample watch recording " + sample.title())
            .when(Bindings.createBooleanBinding(sample::hasRecording)),
        Action.of(
                "train-" + name,
                "Train %s anew".formatted(name),
                () -> navigator.newRun(model.presetOf(sample), List.of()))
            .foundBy("sample " + sample.title()),
        Action.of("inspect-" + name, "Inspect " + name, () -> navigator.inspect(name))
            .foundBy("sample weights " + sample.title()));
  }

  private List<Action> of(Workbench.RunSummary run) {
    String name = run.name();
    return List.of(
        Action.of("resume-" + name, "Open the run " + name, () -> navigator.resume(run.folder()))
            .foundBy("resume go on train"),
        Action.of(
                "explore-run-" + name,
                "Explore the run " + name,
                () -> navigator.explore(run.folder().toString()))
            .foundBy("route text"),
        Action.of(
                "inspect-run-" + name,
                "Inspect the run " + name,
                () -> navigator.inspect(run.folder().toString()))
            .foundBy("weights tensors"),
        Action.of(
                "replay-run-" + name,
                "Replay the training of the run " + name,
                () -> navigator.replay(run.folder().toString()))
            .foundBy("watch recording"),
        Action.of(
            "compare-run-" + name,
            "Compare the run %s with others".formatted(name),
            () -> navigator.compare(List.of(run.folder()))));
  }
}
