package dev.switchyard.views.activity;

import dev.switchyard.views.activity.ActivityModel.Page;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.task.Notice;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.task.TaskEntry;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Figures;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** The panel at the lower right: tasks with their progress, or what a person was told. */
final class ActivityView extends VBox {
  private static final double LOOKS_PER_SECOND = 4;
  private static final double WIDTH = 460;
  private static final double HEIGHT = 380;

  private final ActivityController controller;
  private final ListView<TaskEntry> tasks;
  private final Pulse pulse;

  ActivityView(ActivityModel model, ActivityController controller) {
    this.controller = controller;
    setId("activity");
    getStyleClass().addAll("card", "activity");
    setMaxSize(WIDTH, HEIGHT);
    StackPane.setAlignment(this, Pos.BOTTOM_RIGHT);
    tasks = list("task-list", "Nothing was done in the background yet.");
    tasks.setItems(model.tasks);
    tasks.setCellFactory(view -> new TaskCell());
    tasks.visibleProperty().bind(model.page.isEqualTo(Page.TASKS));
    ListView<Notice> notices = list("notice-list", "Nothing was told yet.");
    notices.setItems(model.notices);
    notices.setCellFactory(view -> new NoticeCell());
    notices.visibleProperty().bind(model.page.isEqualTo(Page.NOTICES));
    Choice<Page> pages = new Choice<>(2, Page::title);
    pages.setItems(List.of(Page.values()));
    pages.valueProperty().bindBidirectional(model.page);
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    Button close = Buttons.icon("Close", Feather.X, controller::hide);
    close.setId("close-activity");
    HBox head = new HBox(8, pages, gap, close);
    head.setAlignment(Pos.CENTER_LEFT);
    StackPane lists = new StackPane(tasks, notices);
    VBox.setVgrow(lists, Priority.ALWAYS);
    getChildren().addAll(head, lists);
    visibleProperty().bind(model.open);
    pulse = new Pulse(LOOKS_PER_SECOND, tasks::refresh);
    addEventFilter(
        KeyEvent.KEY_PRESSED,
        e -> {
          if (e.getCode() == KeyCode.ESCAPE) {
            controller.hide();
            e.consume();
          }
        });
  }

  private static <T> ListView<T> list(String id, String placeholder) {
    ListView<T> list = new ListView<>();
    list.setId(id);
    list.getStyleClass().addAll("plain-list", "run-list");
    Label nothing = new Label(placeholder);
    nothing.getStyleClass().add("muted");
    list.setPlaceholder(nothing);
    return list;
  }

  /** While it is open, progress is read some times a second. */
  void follow(boolean open) {
    if (open) {
      pulse.start();
      tasks.requestFocus();
    } else {
      pulse.stop();
    }
  }

  private static HBox row(Node... parts) {
    HBox row = new HBox(10, parts);
    row.setAlignment(Pos.CENTER_LEFT);
    row.getStyleClass().add("activity-row");
    row.setMinWidth(0);
    return row;
  }

  /** A task: how far it is, how long it takes, and how to stop it. */
  private static final class TaskCell extends ListCell<TaskEntry> {
    private final Label title = new Label();
    private final Label state = new Label();
    private final ProgressBar progress = new ProgressBar();
    private final Button stop;
    private final HBox row;

    TaskCell() {
      title.setMinWidth(0);
      state.getStyleClass().addAll("muted", "card-subtitle");
      progress.getStyleClass().add("thin-progress");
      progress.setMaxWidth(Double.MAX_VALUE);
      stop = Buttons.icon("Stop it", Feather.X_CIRCLE, () -> getItem().cancel());
      stop.getStyleClass().add("stop-task");
      VBox words = new VBox(4, title, progress, state);
      words.setMinWidth(0);
      HBox.setHgrow(words, Priority.ALWAYS);
      row = row(words, stop);
      setPrefWidth(1);
    }

    @Override
    protected void updateItem(TaskEntry task, boolean empty) {
      super.updateItem(task, empty);
      if (empty || task == null) {
        setGraphic(null);
        return;
      }
      boolean runs = task.stateProperty().get() == TaskEntry.State.RUNNING;
      double share = task.share();
      title.setText(task.title());
      progress.setProgress(Double.isNaN(share) ? -1 : share);
      progress.setVisible(runs);
      progress.setManaged(runs);
      stop.setVisible(runs);
      String far = runs && !Double.isNaN(share) ? Figures.percent(share) + " · " : "";
      state.setText(
          "%s%s · %s"
              .formatted(
                  far,
                  task.stateProperty().get().name().toLowerCase(Locale.ROOT),
                  Figures.duration(task.taken().toMillis() / 1e3)));
      setGraphic(row);
    }
  }

  /** What was told, when, and its details. */
  private final class NoticeCell extends ListCell<Notice> {
    private final Label message = new Label();
    private final Label when = new Label();
    private final Button details;
    private final HBox row;

    NoticeCell() {
      message.setWrapText(true);
      message.setMinHeight(Region.USE_PREF_SIZE);
      when.getStyleClass().addAll("muted", "card-subtitle");
      details = Buttons.plain("Details", Feather.INFO, () -> controller.showDetails(getItem()));
      details.getStyleClass().addAll("small", "notice-details");
      VBox words = new VBox(2, message, when);
      words.setMinWidth(0);
      HBox.setHgrow(words, Priority.ALWAYS);
      row = row(words, details);
      setPrefWidth(1);
    }

    @Override
    protected void updateItem(Notice notice, boolean empty) {
      super.updateItem(notice, empty);
      if (empty || notice == null) {
        setGraphic(null);
        return;
      }
      message.setText(notice.message());
      message.setGraphic(Icons.of(notice.problem() ? Feather.ALERT_CIRCLE : Feather.CHECK_CIRCLE));
      message.getGraphic().getStyleClass().add(notice.problem() ? "bad-icon" : "good-icon");
      when.setText(Figures.ago(notice.when().toEpochMilli(), Instant.now()));
      details.setVisible(notice.problem());
      details.setManaged(notice.problem());
      setGraphic(row);
    }
  }
}
