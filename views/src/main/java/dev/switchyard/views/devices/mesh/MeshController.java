package dev.switchyard.views.devices.mesh;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.MeshTraffic;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.parallel.Axis;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.train.TrainingRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.Node;

/** The page of a run's devices: the training in progress, or a recorded run. */
public final class MeshController implements AutoCloseable {
  private static final double REPAINTS_PER_SECOND = 6;

  /** How often a run is asked for more that another process writes. */
  private static final double LOOKS_PER_SECOND = 0.5;

  private static final String LIST = "runs with devices";

  private final Workbench workbench;
  private final Tasks tasks;
  private final MeshModel model = new MeshModel();
  private final MeshView view;
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private final Pulse pulse;
  private final Pulse looks = new Pulse(LOOKS_PER_SECOND, this::readNewest);
  private TrainingRun training;
  private AutoCloseable listening = () -> {};
  private MeshHistory history = new MeshHistory();

  /** Looked at by the thread that reads: what it reads is not wanted any more. */
  private volatile MeshHistory wanted;

  /**
   * The page; it is filled when it is entered.
   *
   * @param pages stands at the right of its top: what leads to the screen's other page
   */
  public MeshController(
      Workbench workbench, Tasks tasks, Appearance appearance, Saving saving, Node pages) {
    this.workbench = workbench;
    this.tasks = tasks;
    view = new MeshView(model, appearance.themeProperty(), saving, pages, this::show);
    pulse = Pulse.ofPictures(view, REPAINTS_PER_SECOND, this::draw);
    model.source.addListener((o, before, now) -> open(before, now));
  }

  /** The page. */
  public Node view() {
    return view;
  }

  /** A line for the status bar. */
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  /** What can be done on it. */
  public List<Action> actions() {
    return List.of(
        Action.of("mesh-step-before", "Devices of the step before", () -> move(-1))
            .foundBy("mesh back slider")
            .on("Alt+LEFT"),
        Action.of("mesh-step-after", "Devices of the step after", () -> move(1))
            .foundBy("mesh forward slider")
            .on("Alt+RIGHT"),
        Action.of("mesh-newest", "Devices of the newest step", () -> show(Integer.MAX_VALUE))
            .foundBy("mesh follow live")
            .on("Alt+END"));
  }

  private void move(int steps) {
    show(Math.max(0, model.position.get() + steps));
  }

  /** A run of this window; null: there is none. It is shown where nothing else was chosen. */
  public void offerTraining(TrainingRun run) {
    training = run;
    model.sources.removeIf(source -> source.run() != null);
    if (run != null) {
      MeshSource offered = new MeshSource(run.folder(), run, "");
      model.sources.removeIf(source -> source.folder().equals(run.folder()));
      model.sources.addFirst(offered);
      model.source.set(offered);
    } else if (model.source.get() != null && model.source.get().run() != null) {
      model.source.set(null);
    }
  }

  /** The page is seen now. */
  public void enter() {
    pulse.start();
    looks.start();
    tasks.run(LIST, "", this::recorded, this::offer);
  }

  /** The page is not seen any more: nothing is repainted. */
  public void leave() {
    pulse.stop();
    looks.stop();
  }

  /** The runs on disk, those whose settings say that they have several devices first. */
  private List<MeshSource> recorded() {
    List<MeshSource> meshes = new ArrayList<>();
    List<MeshSource> others = new ArrayList<>();
    for (Workbench.RunSummary run : workbench.runs()) {
      MeshSource source = new MeshSource(run.folder(), null, run.state());
      (run.devices() > 1 ? meshes : others).add(source);
    }
    meshes.addAll(others);
    return meshes;
  }

  private void offer(List<MeshSource> recorded) {
    MeshSource now = model.source.get();
    List<MeshSource> all = new ArrayList<>();
    if (training != null) {
      all.add(new MeshSource(training.folder(), training, ""));
    }
    recorded.stream()
        .filter(each -> training == null || !each.folder().equals(training.folder()))
        .forEach(all::add);
    MeshSource same = all.stream().filter(each -> each.isSame(now)).findFirst().orElse(null);
    model.sources.setAll(all);
    model.source.set(
        same != null ? same : now != null ? now : all.isEmpty() ? null : all.getFirst());
    if (all.isEmpty()) {
      model.problem.set("There is no run yet: train one with devices set to 2 or more.");
    }
  }

  private void open(MeshSource before, MeshSource source) {
    if (source != null && source.isSame(before)) {
      return;
    }
    stopListening();
    history = new MeshHistory();
    wanted = history;
    model.chosen.set(null);
    model.following.set(true);
    model.problem.set("");
    if (source == null) {
      tasks.forget(this);
    } else if (source.run() != null) {
      listening = source.run().listen(history);
      MeshHistory into = history;
      tasks.run(
          this,
          "",
          () -> {
            into.catchUp(source.run().reports());
            return into;
          },
          done -> refresh());
    } else {
      read(source.folder(), history);
    }
    refresh();
  }

  /** Reads a recorded run; what is read so far is seen meanwhile. */
  private void read(Path folder, MeshHistory into) {
    tasks.run(
        this,
        "reading the devices of " + folder.getFileName(),
        () -> {
          into.catchUp(List.of());
          RunHistory.forEachReport(
              folder,
              report -> {
                if (wanted != into) {
                  throw new CancellationException("Another run was chosen");
                }
                into.onStep(report);
              });
          return into;
        },
        done -> refresh(),
        problem -> {
          if (!(problem instanceof CancellationException)) {
            model.problem.set(Tasks.line(problem));
          }
        });
  }

  /** The newest step of a run that another process trains. */
  private void readNewest() {
    MeshSource source = model.source.get();
    if (source == null || !source.isGrowing() || tasks.isUnderWay(this)) {
      return;
    }
    MeshHistory into = history;
    tasks.run(
        this,
        "",
        () -> RunHistory.lastReport(source.folder()),
        (Optional<StepReport> last) -> last.ifPresent(into::onStep),
        problem -> model.problem.set(Tasks.line(problem)));
  }

  /** The same with every beat; whether there was a new step. */
  private boolean draw() {
    long before = model.snapshot.get().version();
    refresh();
    return before != model.snapshot.get().version();
  }

  /** Brings the page up to date. */
  private void refresh() {
    MeshSource source = model.source.get();
    model.state.set(source == null ? "" : source.state());
    if (model.snapshot.get().version() != history.version()
        || model.snapshot.get().steps().isEmpty()) {
      model.snapshot.set(history.snapshot());
    }
    if (model.following.get()) {
      show(Integer.MAX_VALUE);
    } else {
      show(model.position.get());
    }
    describe(source);
  }

  /** Shows one of the steps that are kept; the last of them is followed. */
  private void show(int position) {
    List<MeshHistory.Step> steps = model.snapshot.get().steps();
    int at = Math.clamp(position, 0, Math.max(0, steps.size() - 1));
    model.following.set(at >= steps.size() - 1);
    model.position.set(at);
    model.step.set(steps.isEmpty() ? null : steps.get(at));
    if (model.step.get() != null && model.chosen.get() instanceof MeshPicture.Device device) {
      if (device.rank() >= model.step.get().devices().size()) {
        model.chosen.set(null);
      }
    }
  }

  private void describe(MeshSource source) {
    MeshHistory.Snapshot now = model.snapshot.get();
    MeshHistory.Step step = model.step.get();
    if (source == null) {
      model.summary.set("");
      status.set("");
    } else if (step == null) {
      model.summary.set("");
      model.problem.set(withoutDevices(source, now));
      status.set(source.folder().toString());
    } else {
      model.problem.set("");
      model.summary.set(words(step.devices()));
      status.set("step %s of %s".formatted(Figures.whole(step.number()), source.folder()));
    }
  }

  private String withoutDevices(MeshSource source, MeshHistory.Snapshot now) {
    if (now.lastStep() > 0) {
      return ("%s trains on one device: nothing is exchanged. With devices at 4 and mesh at"
              + " data=2,expert=2 a run is divided over virtual devices.")
          .formatted(source.name());
    }
    return tasks.isUnderWay(this)
        ? "Reading the steps of %s …".formatted(source.name())
        : "%s has no step yet.".formatted(source.name());
  }

  /** "4 devices · data 2 × expert 2". */
  static String words(List<DeviceReport> devices) {
    Mesh mesh = MeshTraffic.mesh(devices);
    List<String> axes = new ArrayList<>();
    for (Axis axis : Axis.values()) {
      if (mesh.length(axis) > 1) {
        axes.add(axis.word() + " " + mesh.length(axis));
      }
    }
    return Figures.count(mesh.size(), "device") + " · " + String.join(" × ", axes);
  }

  private void stopListening() {
    try {
      listening.close();
    } catch (Exception e) {
      tasks.tell(e);
    }
    listening = () -> {};
  }

  @Override
  public void close() {
    leave();
    wanted = null;
    stopListening();
  }
}
