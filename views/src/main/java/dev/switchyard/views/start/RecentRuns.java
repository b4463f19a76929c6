package dev.switchyard.views.start;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.StatePill;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.words.Figures;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** The runs on disk, newest first: go on with one, explore it, replay it. */
final class RecentRuns extends StackPane {
  private final Navigator navigator;

  RecentRuns(StartModel model, Navigator navigator) {
    this.navigator = navigator;
    ListView<Workbench.RunSummary> list = new ListView<>(model.runs);
    list.setId("runs");
    list.getStyleClass().addAll("plain-list", "run-list");
    list.setCellFactory(l -> new RunCell());
    list.setFocusTraversable(false);
    Button train =
        Buttons.plain("Train a model", Feather.PLAY, () -> navigator.newRun(null, List.of()));
    EmptyState empty =
        new EmptyState(
            Feather.ACTIVITY,
            "No runs yet",
            "Runs that you train stand here, with their state and their loss. The sample pair"
                + " brings its own text.",
            train);
    empty.visibleProperty().bind(Bindings.isEmpty(model.runs).and(model.loaded));
    list.visibleProperty().bind(Bindings.isNotEmpty(model.runs));
    Card card = new Card("Recent runs", "newest first", new StackPane(list, empty));
    Button fresh = Buttons.plain("New run", Feather.PLUS, () -> navigator.newRun(null, List.of()));
    fresh.setId("new-run");
    card.withTools(fresh);
    getChildren().add(card);
  }

  /** A run with its state, how far it came, and what can be done with it. */
  private final class RunCell extends ListCell<Workbench.RunSummary> {
    private final Label name = new Label();
    private final StatePill state = new StatePill();
    private final Label detail = new Label();
    private final Label step = new Label();
    private final Label loss = new Label();
    private final Label age = new Label();
    private final ProgressBar progress = new ProgressBar();
    private final VBox row;

    RunCell() {
      name.getStyleClass().add("strong");
      name.setMinWidth(0);
      detail.getStyleClass().add("muted");
      step.getStyleClass().add("muted");
      loss.getStyleClass().addAll("mono");
      loss.setTooltip(new Tooltip("cross entropy at the last step, nats a token"));
      age.getStyleClass().add("muted");
      age.setMinWidth(Region.USE_PREF_SIZE);
      progress.getStyleClass().add("thin-progress");
      progress.setMaxWidth(Double.MAX_VALUE);
      progress.setMinHeight(4);
      Region gap = new Region();
      HBox.setHgrow(gap, Priority.ALWAYS);
      HBox head = new HBox(10, name, state, gap, age);
      head.setAlignment(Pos.CENTER_LEFT);
      Region gap2 = new Region();
      HBox.setHgrow(gap2, Priority.ALWAYS);
      Button open =
          action(
              "Open: go on with it, or follow it",
              Feather.PLAY,
              run -> navigator.resume(run.folder()));
      Button explore =
          action(
              "Explore its routing",
              Feather.SEARCH,
              run -> navigator.explore(run.folder().toString()));
      Button inspect =
          action(
              "Inspect its weights",
              Feather.BOX,
              run -> navigator.inspect(run.folder().toString()));
      Button replay =
          action(
              "Replay its training",
              Feather.FILM,
              run -> navigator.replay(run.folder().toString()));
      Button compare =
          action(
              "Compare it with others",
              Feather.TRENDING_UP,
              run -> navigator.compare(List.of(run.folder())));
      compare.getStyleClass().add("compare-run");
      HBox actions = new HBox(4, explore, inspect, compare, replay, open);
      actions.setMinWidth(Region.USE_PREF_SIZE);
      step.setMinWidth(Region.USE_PREF_SIZE);
      loss.setMinWidth(Region.USE_PREF_SIZE);
      HBox foot = new HBox(10, step, loss, gap2, actions);
      foot.setAlignment(Pos.CENTER_LEFT);
      row = new VBox(5, head, detail, progress, foot);
      row.getStyleClass().add("run-row");
      row.setMinWidth(0);
      row.setPrefWidth(1);
      row.setMinHeight(Region.USE_PREF_SIZE);
    }

    private Button action(String word, Feather icon, Consumer<Workbench.RunSummary> act) {
      return Buttons.icon(word, icon, () -> act.accept(getItem()));
    }

    @Override
    protected void updateItem(Workbench.RunSummary run, boolean empty) {
      super.updateItem(run, empty);
      if (empty || run == null) {
        setGraphic(null);
        return;
      }
      name.setText(run.name());
      state.show(run.state());
      detail.setText(run.detail());
      step.setText(
          "step %s of %s".formatted(Figures.whole(run.step()), Figures.whole(run.steps())));
      loss.setText(Figures.decimal(run.crossEntropy(), 3));
      age.setText(Figures.ago(run.modified(), Instant.now()));
      progress.setProgress(run.steps() == 0 ? 0 : (double) run.step() / run.steps());
      setGraphic(row);
    }
  }
}
