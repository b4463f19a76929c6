package dev.switchyard.views.preference;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.task.Tasks;
import dev.switchyard.views.theme.Appearance;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.scene.Node;

/** Reads a corpus with the model under the microscope, and shows what each expert takes of it. */
public final class PreferenceController {
  private final Workbench workbench;
  private final Tasks tasks;
  private final PreferenceModel model = new PreferenceModel();
  private final PreferenceView view;
  private Microscope microscope;
  private AtomicBoolean wanted = new AtomicBoolean();

  /** Nothing is read yet. */
  public PreferenceController(
      Workbench workbench, Tasks tasks, Appearance appearance, Saving saving) {
    this.workbench = workbench;
    this.tasks = tasks;
    view = new PreferenceView(model, appearance.themeProperty(), this, saving);
  }

  /** The page. */
  public Node view() {
    return view;
  }

  /** What can be done with it. */
  public List<Action> actions() {
    return List.of(
        Action.of("survey", "Read a corpus and say what experts prefer", this::survey)
            .foundBy("survey preferences mutual information")
            .when(model.subject.isNotNull().and(model.running.not())),
        Action.of("cancel-survey", "Stop reading the corpus", this::cancel)
            .foundBy("survey preferences cancel")
            .when(model.running));
  }

  /** What was found; null: nobody has looked, or the model is another. */
  public ReadOnlyObjectProperty<ExpertPreferences> resultProperty() {
    return model.result;
  }

  /** Takes another model; null: none. */
  public void look(Microscope now) {
    cancel();
    microscope = now;
    model.result.set(null);
    model.problem.set("");
    model.subject.set(now == null ? null : now.subject());
    if (now != null) {
      model.data.set(String.join(", ", now.subject().data()));
    }
  }

  /** Reads the corpus; a reading that is under way ends. */
  void survey() {
    cancel();
    Integer texts = model.count();
    if (microscope == null || texts == null) {
      return;
    }
    AtomicBoolean mine = new AtomicBoolean(true);
    wanted = mine;
    Microscope now = microscope;
    List<String> data = data();
    model.problem.set("");
    model.progress.set(0);
    model.running.set(true);
    tasks.run(
        this,
        "reading the corpus",
        progress ->
            workbench.survey(
                now,
                data,
                texts,
                share -> {
                  progress.set(share);
                  tell(mine, share);
                },
                () -> mine.get() && progress.isWanted()),
        found -> {
          model.running.set(false);
          model.layer.set(Math.clamp(model.layer.get(), 0, found.layers().size() - 1));
          model.result.set(found);
        },
        problem -> {
          model.running.set(false);
          if (!(problem instanceof CancellationException)) {
            model.problem.set(Tasks.line(problem));
          }
        });
  }

  private void tell(AtomicBoolean mine, double share) {
    Platform.runLater(
        () -> {
          if (mine.get()) {
            model.progress.set(share);
          }
        });
  }

  private List<String> data() {
    return Arrays.stream(model.data.get().split(","))
        .map(String::strip)
        .filter(path -> !path.isEmpty())
        .toList();
  }

  /** Takes other files or folders. */
  void take(List<Path> paths) {
    model.data.set(paths.stream().map(Path::toString).collect(Collectors.joining(", ")));
  }

  /** Ends the reading. */
  void cancel() {
    wanted.set(false);
    tasks.forget(this);
    model.running.set(false);
  }
}
