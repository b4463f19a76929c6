package dev.switchyard.views.start;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.task.Tasks;
import java.util.List;
import javafx.scene.Node;

/** The start page: samples, runs, and a person's own text or model. */
public final class StartController {
  private final Workbench workbench;
  private final Tasks tasks;
  private final StartModel model = new StartModel();
  private final StartView view;

  /** The page; it is filled when it is entered. */
  public StartController(Workbench workbench, Tasks tasks, Navigator navigator) {
    this.workbench = workbench;
    this.tasks = tasks;
    view = new StartView(model, navigator);
  }

  /** The screen. */
  public Node view() {
    return view;
  }

  /** Reads samples and runs anew. */
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
        });
  }
}
