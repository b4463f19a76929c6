package dev.switchyard.views.shell;

import dev.switchyard.views.action.Action;
import dev.switchyard.views.activity.ActivityController;
import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Figures;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableStringValue;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.kordamp.ikonli.feather.Feather;

/** The line at the bottom: what is being done, what the screen says, memory. */
final class StatusBar extends HBox {
  private final Label memory = new Label();
  private final Pulse pulse = new Pulse(0.2, this::showMemory);

  /**
   * The line.
   *
   * @param screen what the screen that is seen says
   * @param training how the run in training stands, where it is not seen
   * @param busy what is being done
   * @param activity opens the lists of tasks and of notices
   */
  StatusBar(
      ObservableStringValue screen,
      ObservableStringValue training,
      ObservableStringValue busy,
      ActivityController activity) {
    super(16);
    getStyleClass().add("status-bar");
    setAlignment(Pos.CENTER_LEFT);
    Label left = new Label();
    left.setId("status");
    left.textProperty().bind(screen);
    left.managedProperty().bind(left.textProperty().isNotEmpty());
    Label run = new Label();
    run.setId("status-training");
    run.textProperty().bind(training);
    run.managedProperty().bind(run.textProperty().isNotEmpty());
    ProgressIndicator turning = new ProgressIndicator();
    turning.setMaxSize(12, 12);
    turning.setMinSize(12, 12);
    Button working = new Button("", turning);
    working.setId("status-busy");
    working.getStyleClass().add("status-button");
    working.textProperty().bind(Bindings.concat(busy, " …"));
    working.setOnAction(e -> activity.tasks().run());
    activity.tasks().tell(working);
    working.visibleProperty().bind(Bindings.isNotEmpty(busy));
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    memory.setTooltip(new Tooltip("Java heap in use, of the most that it may take"));
    memory.setMinWidth(Region.USE_PREF_SIZE);
    getChildren()
        .addAll(
            run,
            left,
            working,
            gap,
            button("open-tasks", "tasks", Feather.LIST, activity.tasks()),
            button("open-notices", "notices", Feather.BELL, activity.notices()),
            memory);
    showMemory();
  }

  private static Button button(String id, String word, Feather icon, Action action) {
    Button button = new Button(word, Icons.of(icon));
    button.setId(id);
    button.getStyleClass().add("status-button");
    button.setMinWidth(Region.USE_PREF_SIZE);
    button.setOnAction(e -> action.run());
    action.tell(button);
    return button;
  }

  void start() {
    pulse.start();
  }

  void stop() {
    pulse.stop();
  }

  private void showMemory() {
    Runtime runtime = Runtime.getRuntime();
    memory.setText(
        "heap %s of %s"
            .formatted(
                Figures.bytes(runtime.totalMemory() - runtime.freeMemory()),
                Figures.bytes(runtime.maxMemory())));
  }
}
