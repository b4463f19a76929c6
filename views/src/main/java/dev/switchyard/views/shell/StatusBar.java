package dev.switchyard.views.shell;

import dev.switchyard.views.task.Pulse;
import dev.switchyard.views.words.Figures;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableStringValue;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;

/** The line at the bottom: what is being done, what the screen says, memory. */
final class StatusBar extends HBox {
  private final Label memory = new Label();
  private final Pulse pulse = new Pulse(0.5, this::showMemory);

  StatusBar(
      ObservableStringValue screen, ObservableStringValue training, ObservableStringValue busy) {
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
    Label task = new Label();
    task.textProperty().bind(Bindings.concat(busy, " …"));
    HBox working = new HBox(8, turning, task);
    working.setAlignment(Pos.CENTER_LEFT);
    working.visibleProperty().bind(Bindings.isNotEmpty(busy));
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    memory.setTooltip(new Tooltip("Java heap in use, of the most that it may take"));
    memory.setMinWidth(Region.USE_PREF_SIZE);
    getChildren().addAll(run, left, working, gap, memory);
    showMemory();
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
