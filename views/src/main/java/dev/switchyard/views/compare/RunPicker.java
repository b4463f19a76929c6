package dev.switchyard.views.compare;

import dev.switchyard.engine.train.Workbench.RunSummary;
import dev.switchyard.views.chart.RunColors;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.StatePill;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.collections.FXCollections;
import javafx.collections.ListChangeListener;
import javafx.collections.ObservableList;
import javafx.event.Event;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;
import javafx.util.Subscription;
import org.controlsfx.control.textfield.CustomTextField;
import org.kordamp.ikonli.feather.Feather;

/** The runs that can be chosen: those in the runs folder, and others that were dropped here. */
final class RunPicker extends StackPane {
  /** A run that can be chosen; chosen ones from elsewhere have no detail. */
  record Row(Path folder, String name, String detail, String state) {}

  private final CompareModel model;
  private final CompareController controller;
  private final ObservableValue<Theme> theme;
  private final ObservableList<Row> rows = FXCollections.observableArrayList();
  private final List<RunCell> cells = new ArrayList<>();

  RunPicker(
      CompareModel model,
      CompareController controller,
      CompareActions actions,
      ObservableValue<Theme> theme) {
    this.model = model;
    this.controller = controller;
    this.theme = theme;
    CustomTextField search = new CustomTextField();
    search.setId("search-runs");
    search.setPromptText("Search by name or settings");
    search.setLeft(Icons.of(Feather.SEARCH));
    search.getStyleClass().add("search");
    search.textProperty().bindBidirectional(model.search);
    ListView<Row> list = new ListView<>(rows);
    list.setId("compare-runs");
    list.getStyleClass().addAll("plain-list", "run-list");
    list.setCellFactory(
        l -> {
          RunCell cell = new RunCell();
          cells.add(cell);
          return cell;
        });
    list.setFocusTraversable(false);
    EmptyState none =
        new EmptyState(
            Feather.ACTIVITY, "No run here", "Train one, or drop the folder of a run here.");
    none.visibleProperty().bind(Bindings.isEmpty(rows));
    StackPane runs = new StackPane(list, none);
    VBox.setVgrow(runs, Priority.ALWAYS);
    Card card = new Card("Runs", "tick those to lay beside one another", new VBox(8, search, runs));
    Button add = Buttons.icon("Add the folder of a run", Feather.FOLDER_PLUS, actions.addFolder);
    add.setId("add-run-folder");
    card.withTools(add);
    getChildren().add(card);
    model.known.addListener((ListChangeListener<RunSummary>) change -> list());
    model.chosen.addListener(
        (ListChangeListener<ChosenRun>)
            change -> {
              list();
              // Rows of which only the check mark changed; made anew they would lose the keyboard.
              cells.forEach(RunCell::show);
            });
    model.search.subscribe(text -> list());
  }

  private void list() {
    List<Row> all = new ArrayList<>();
    for (ChosenRun run : model.chosen) {
      if (model.known.stream().noneMatch(known -> known.folder().equals(run.folder))) {
        all.add(new Row(run.folder, run.name(), run.folder.toString(), ""));
      }
    }
    for (RunSummary run : model.known) {
      all.add(new Row(run.folder(), run.name(), run.detail(), run.state()));
    }
    all.removeIf(row -> !matches(row));
    if (!all.equals(rows)) {
      rows.setAll(all);
    }
  }

  private boolean matches(Row row) {
    String words = (row.name() + " " + row.detail() + " " + row.state()).toLowerCase(Locale.ROOT);
    String search = model.search.get() == null ? "" : model.search.get();
    return List.of(search.toLowerCase(Locale.ROOT).strip().split("\\s+")).stream()
        .allMatch(words::contains);
  }

  /** A run with its check mark in its colour, and how far its history is read. */
  private final class RunCell extends ListCell<Row> {
    private final CheckBox check = new CheckBox();
    private final Rectangle swatch = new Rectangle(14, 4);
    private final Label name = new Label();
    private final StatePill state = new StatePill();
    private final Label steps = new Label();
    private final Label detail = new Label();
    private final Label problem = new Label();
    private final ProgressBar progress = new ProgressBar();
    private final HBox reading;
    private final VBox box;
    private Subscription following = Subscription.EMPTY;

    RunCell() {
      swatch.setArcWidth(4);
      swatch.setArcHeight(4);
      name.getStyleClass().add("strong");
      name.setWrapText(true);
      steps.getStyleClass().add("muted");
      detail.getStyleClass().add("muted");
      detail.setWrapText(true);
      problem.getStyleClass().add("problem");
      problem.setWrapText(true);
      problem.setMinHeight(Region.USE_PREF_SIZE);
      progress.getStyleClass().add("thin-progress");
      progress.setMaxWidth(Double.MAX_VALUE);
      HBox.setHgrow(progress, Priority.ALWAYS);
      Button stop =
          Buttons.icon("Stop reading", Feather.X, () -> controller.stop(getItem().folder()));
      reading = new HBox(6, progress, stop);
      reading.setAlignment(Pos.CENTER_LEFT);
      HBox head = new HBox(7, check, swatch, name);
      head.setAlignment(Pos.CENTER_LEFT);
      HBox foot = new HBox(7, state, steps);
      foot.setAlignment(Pos.CENTER_LEFT);
      box = new VBox(4, head, foot, detail, reading, problem);
      box.getStyleClass().add("run-row");
      box.setMinWidth(0);
      box.setPrefWidth(1);
      box.setMinHeight(Region.USE_PREF_SIZE);
      check.setOnAction(e -> controller.choose(getItem().folder(), check.isSelected()));
      box.setOnMouseClicked(e -> check.fire());
      // These do something of their own.
      check.setOnMouseClicked(Event::consume);
      reading.setOnMouseClicked(Event::consume);
    }

    @Override
    protected void updateItem(Row row, boolean empty) {
      super.updateItem(row, empty);
      show();
    }

    private void show() {
      Row row = getItem();
      following.unsubscribe();
      following = Subscription.EMPTY;
      if (isEmpty() || row == null) {
        setGraphic(null);
        return;
      }
      check.setId("check-" + row.name());
      name.setText(row.name());
      detail.setText(row.detail());
      steps.setText("");
      ChosenRun chosen = model.chosen(row.folder()).orElse(null);
      check.setSelected(chosen != null);
      shown(swatch, chosen != null);
      shown(reading, false);
      shown(problem, false);
      show(row.state());
      if (chosen != null) {
        follow(row, chosen);
      }
      setGraphic(box);
    }

    private void follow(Row row, ChosenRun chosen) {
      following =
          Subscription.combine(
              theme.subscribe(now -> swatch.setFill(RunColors.of(chosen.color, now.isDark()))),
              chosen.state.subscribe(now -> show(now.isEmpty() ? row.state() : now)),
              chosen.reading.subscribe(now -> shown(reading, now)),
              chosen.progress.subscribe(now -> progress.setProgress(now.doubleValue())),
              chosen.curves.subscribe(
                  now ->
                      steps.setText(
                          now.lastStep() == 0 ? "" : Figures.count(now.lastStep(), "step"))),
              chosen.problem.subscribe(
                  now -> {
                    problem.setText(now);
                    shown(problem, !now.isEmpty());
                  }));
    }

    private void show(String now) {
      shown(state, !now.isEmpty());
      if (!now.isEmpty()) {
        state.show(now);
      }
    }

    private static void shown(javafx.scene.Node node, boolean shown) {
      node.setVisible(shown);
      node.setManaged(shown);
    }
  }
}
