package dev.switchyard.views.activity;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.activity.ActivityModel.Page;
import dev.switchyard.views.task.Notice;
import dev.switchyard.views.task.TaskEntry;
import dev.switchyard.views.task.Tasks;
import java.util.List;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.collections.ObservableList;
import javafx.scene.Node;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.StackPane;

/** The panel of tasks and notices, and the details of a problem, over the window. */
public final class ActivityController implements AutoCloseable {
  private final Tasks tasks;
  private final ActivityModel model;
  private final ActivityView panel;
  private final StackPane view;
  private final Action showTasks;
  private final Action showNotices;

  /**
   * The panel, closed.
   *
   * @param notices what a person was told, the newest first
   */
  public ActivityController(Tasks tasks, ObservableList<Notice> notices) {
    this.tasks = tasks;
    model = new ActivityModel(tasks.entries(), notices);
    showTasks =
        Action.of("tasks", "Show the tasks, or hide them", () -> toggle(Page.TASKS))
            .foundBy("background work progress cancel activity")
            .on("Shortcut+Shift+K")
            .fromAnywhere();
    showNotices =
        Action.of("notices", "Show past notices, or hide them", () -> toggle(Page.NOTICES))
            .foundBy("errors problems messages notifications details")
            .on("Shortcut+Shift+M")
            .fromAnywhere();
    panel = new ActivityView(model, this);
    view = new StackPane(panel, new ProblemSheet(model, this));
    view.setPickOnBounds(false);
  }

  /** What lies over the window. */
  public Node view() {
    return view;
  }

  /** Opens and closes the list of tasks. */
  public Action tasks() {
    return showTasks;
  }

  /** Opens and closes the list of notices. */
  public Action notices() {
    return showNotices;
  }

  /** What can be done: the two lists, and stopping each task that runs. */
  public List<Action> actions() {
    List<Action> all = new java.util.ArrayList<>(List.of(showTasks, showNotices));
    int number = 0;
    for (TaskEntry task : tasks.entries()) {
      if (task.stateProperty().get() == TaskEntry.State.RUNNING) {
        number++;
        all.add(
            Action.of("stop-task-" + number, "Stop " + task.title(), task::cancel)
                .foundBy("cancel task")
                .fromAnywhere());
      }
    }
    return all;
  }

  private void toggle(Page page) {
    boolean shown = model.open.get() && model.page.get() == page;
    model.page.set(page);
    model.open.set(!shown);
    panel.follow(model.open.get());
  }

  /** Closes the panel. */
  void hide() {
    model.open.set(false);
    panel.follow(false);
  }

  /** Whether the panel is open. */
  public ReadOnlyBooleanProperty openProperty() {
    return model.open;
  }

  /** Whether the details of a problem stand over the window. */
  public boolean isAsking() {
    return model.details.get() != null;
  }

  /** Shows the details of a problem. */
  public void showDetails(Notice notice) {
    model.details.set(notice);
  }

  /** Puts a problem's text into the clipboard. */
  void copy(Notice notice) {
    ClipboardContent content = new ClipboardContent();
    content.putString(notice.details().isEmpty() ? notice.message() : notice.details());
    Clipboard.getSystemClipboard().setContent(content);
  }

  /** Stops following the tasks. */
  @Override
  public void close() {
    panel.follow(false);
  }
}
