package dev.switchyard.views.train;

import dev.switchyard.engine.train.Workbench.RunSummary;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.StatePill;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** The runs that other processes train now, a line each; takes no room where there are none. */
final class RunningElsewhere extends VBox {
  private static final int MOST = 3;

  private final Consumer<Path> follow;
  private List<RunSummary> runs = List.of();

  /** No runs yet. */
  RunningElsewhere(Consumer<Path> follow) {
    this.follow = follow;
    setId("running-elsewhere");
    show(List.of());
  }

  /** The runs, newest first. */
  List<RunSummary> runs() {
    return runs;
  }

  void show(List<RunSummary> now) {
    runs = List.copyOf(now);
    getChildren().setAll(runs.stream().limit(MOST).map(this::row).toList());
    setVisible(!runs.isEmpty());
    setManaged(!runs.isEmpty());
  }

  private HBox row(RunSummary run) {
    Label name = new Label(run.name());
    name.getStyleClass().add("strong");
    StatePill state = new StatePill();
    state.show(run.state());
    Label detail =
        new Label(
            "in another process · step %s of %s"
                .formatted(Figures.whole(run.step()), Figures.whole(run.steps())));
    detail.getStyleClass().add("muted");
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    Button button = Buttons.plain("Follow", Feather.EYE, () -> follow.accept(run.folder()));
    button.setId("follow-" + run.name());
    HBox row = new HBox(10, name, state, detail, gap, button);
    row.setAlignment(Pos.CENTER_LEFT);
    row.getStyleClass().add("running-elsewhere");
    return row;
  }
}
