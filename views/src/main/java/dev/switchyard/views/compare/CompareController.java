package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.ModelCurves;
import dev.switchyard.engine.compare.SettingDifference;
import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.engine.train.Workbench.RunSummary;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.navigation.Screen;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;

/** The screen Compare: any runs beside one another, finished or in training. */
public final class CompareController implements Screen {
  private static final double LOOKS_PER_SECOND = 2;

  private final Workbench workbench;
  private final Tasks tasks;
  private final CompareModel model = new CompareModel();
  private final CompareActions actions = new CompareActions(model, this);
  private final CompareView view;
  private final Saving saving;
  private final HistoryReading reading;
  private final Pulse pulse = new Pulse(LOOKS_PER_SECOND, this::look);
  private final ReadOnlyStringWrapper status = new ReadOnlyStringWrapper("");
  private List<Path> remembered = List.of();

  /** The screen without a run on it. */
  public CompareController(Workbench workbench, Tasks tasks, Appearance appearance, Saving saving) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.saving = saving;
    reading = new HistoryReading(workbench, tasks, model);
    view = new CompareView(model, this, actions, appearance, saving);
    model.version.subscribe(now -> compute());
    model.reference.subscribe(now -> compute());
    model.measure.subscribe(now -> chooseBridge());
    model.selected.subscribe(now -> chooseBridge());
    model.chosen.addListener((ListChangeListener<ChosenRun>) change -> compute());
    model.scale.subscribe(
        (before, now) -> {
          if (now.zoom() != null && !now.zoom().equals(before.zoom())) {
            reading.readParts();
          }
        });
  }

  @Override
  public Node view() {
    return view;
  }

  /** How much is on the chart. */
  @Override
  public ReadOnlyStringProperty statusProperty() {
    return status.getReadOnlyProperty();
  }

  /** What is written is read. */
  @Override
  public void enter() {
    List<Path> before = remembered;
    record Runs(List<RunSummary> known, List<Path> chosen) {}
    tasks.run(
        this,
        "",
        () -> new Runs(workbench.runs(), before.stream().filter(RunFolder::isRun).toList()),
        runs -> {
          model.known.setAll(runs.known());
          add(runs.chosen());
          remembered = List.of();
        });
    pulse.start();
  }

  @Override
  public Map<String, String> state() {
    Map<String, String> state = CompareState.of(model);
    if (!remembered.isEmpty()) {
      state.remove("runs"); // the screen was not entered: they are still those of before
    }
    return state;
  }

  /** Takes up a state; its runs are opened when the screen is entered. */
  @Override
  public void restore(UnaryOperator<String> state) {
    CompareState.restore(model, state);
    remembered = CompareState.runs(state);
  }

  @Override
  public void leave() {
    pulse.stop();
  }

  @Override
  public List<Action> actions() {
    return actions.all();
  }

  /** Asks for a run's folder and puts it on the chart. */
  void chooseFolder() {
    saving
        .prompt()
        .folder(view.getScene().getWindow(), "The folder of a run")
        .ifPresent(folder -> add(List.of(folder)));
  }

  /** Takes all runs from the chart. */
  void clear() {
    List.copyOf(model.chosen).forEach(run -> choose(run.folder, false));
  }

  /** Puts runs on the chart. */
  public void add(List<Path> folders) {
    folders.forEach(folder -> choose(folder, true));
  }

  /** Puts a run on the chart or takes it away. */
  void choose(Path folder, boolean on) {
    ChosenRun known = model.chosen(folder).orElse(null);
    if (on && known == null) {
      ChosenRun run = new ChosenRun(folder, freeColor());
      model.chosen.add(run);
      reading.open(run);
    } else if (!on && known != null) {
      reading.stop(known);
      model.chosen.remove(known);
    }
  }

  /** A run keeps its colour as long as it stands there; a new one takes the first that is free. */
  private int freeColor() {
    return IntStream.iterate(0, i -> i + 1)
        .filter(color -> model.chosen.stream().noneMatch(run -> run.color == color))
        .findFirst()
        .orElseThrow();
  }

  /** Stops reading a long history; what was seen of it stays. */
  void stop(Path folder) {
    model.chosen(folder).ifPresent(reading::stop);
  }

  private void look() {
    reading.lookAgain();
  }

  /** Speed-ups, differences, and what must be said of them. */
  private void compute() {
    List<ModelCurves> models = model.models(run -> run.curves.get());
    List<String> titles = models.stream().map(ModelCurves::title).toList();
    if (!model.titles.equals(titles)) {
      model.titles.setAll(titles);
    }
    if (models.isEmpty()) {
      model.speedUps.clear();
    } else {
      ModelCurves reference =
          models.stream()
              .filter(each -> each.title().equals(model.reference.get()))
              .findFirst()
              .orElse(models.getFirst());
      model.speedUps.setAll(SpeedUpRow.against(reference, models));
    }
    List<RunConfig> configs =
        model.chosen.stream()
            .filter(run -> run.run.get() != null)
            .map(run -> run.run.get().config())
            .toList();
    model.differences.setAll(SettingDifference.between(configs));
    model.caution.set(caution());
    chooseBridge();
    status.set(line());
  }

  /** The row that was chosen is drawn; else the greatest gain or loss of a Switch model. */
  private void chooseBridge() {
    Measure measure = model.measure.get();
    model.bridged.set(
        model.speedUps.stream()
            .filter(row -> row.model().title().equals(model.selected.get()))
            .filter(row -> !row.isReference())
            .findFirst()
            .or(
                () ->
                    model.speedUps.stream()
                        .filter(row -> row.factor(measure) > 0)
                        .max(
                            Comparator.<SpeedUpRow>comparingInt(row -> row.model().twin() ? 0 : 1)
                                .thenComparingDouble(
                                    row -> Math.abs(Math.log(row.factor(measure))))))
            .orElse(null));
  }

  private String caution() {
    List<String> others =
        model.differences.stream()
            .map(difference -> difference.setting().name())
            .filter(List.of("data", "tokenizer", "objective", "vocab_size")::contains)
            .toList();
    if (!others.isEmpty()) {
      return "The runs differ in %s: their cross entropies are not of the same text."
          .formatted(String.join(", ", others));
    }
    long damaged = model.chosen.stream().mapToLong(run -> run.curves.get().damaged()).sum();
    return damaged == 0
        ? ""
        : Figures.count(damaged, "damaged line") + " of the histories were passed over.";
  }

  private String line() {
    long steps = model.chosen.stream().mapToLong(run -> run.curves.get().lastStep()).sum();
    return model.chosen.isEmpty()
        ? ""
        : "%s · %s"
            .formatted(Figures.count(model.chosen.size(), "run"), Figures.count(steps, "step"));
  }

  @Override
  public void close() {
    pulse.stop();
    model.chosen.forEach(reading::stop);
  }
}
