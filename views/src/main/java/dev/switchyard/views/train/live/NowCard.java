package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.views.component.Stat;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Term;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import javafx.application.Platform;
import javafx.beans.value.ObservableValue;
import javafx.collections.ListChangeListener;
import javafx.css.PseudoClass;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The figures of now, and what happened in the run. */
final class NowCard extends VBox {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMM, HH:mm:ss");

  NowCard(LiveModel model) {
    getStyleClass().add("card");
    Label title = new Label("Now");
    title.getStyleClass().addAll("card-title", "strong");
    Label subtitle = new Label("all Switch layers together");
    subtitle.getStyleClass().addAll("card-subtitle", "muted");
    GridPane stats = new GridPane(12, 14);
    stats.addRow(
        0,
        stat(
            "speed-up-steps",
            gain(
                new Stat(Term.SPEED_UP_STEPS, "speed-up, steps", model.speedUpSteps), model, true)),
        stat(
            "speed-up-time",
            gain(new Stat(Term.SPEED_UP_TIME, "speed-up, time", model.speedUpTime), model, false)));
    stats.addRow(
        1,
        stat("cross-entropy", new Stat(Term.CROSS_ENTROPY, "cross entropy", model.crossEntropy)),
        stat(
            "twin-cross-entropy",
            new Stat(Term.DENSE_TWIN, "dense twin", model.twinCrossEntropy).as("quiet")));
    stats.addRow(
        2,
        stat("dropped", new Stat(Term.DROPPED, "dropped tokens", model.dropped)),
        stat("crowding", new Stat(Term.CROWDING, "crowding", model.crowding)));
    stats.addRow(
        3,
        stat("balance", new Stat(Term.LOAD_BALANCING_LOSS, "load-balancing loss", model.balance)),
        stat("entropy", new Stat(Term.ENTROPY, "router entropy", model.entropy)));
    stats.addRow(
        4,
        stat("memory", new Stat(Term.RUN_MEMORY, "memory", model.memory).as("quiet")),
        stat(
            "learning-rate",
            new Stat(Term.LEARNING_RATE, "learning rate", model.learningRate).as("quiet")));
    stats.addRow(
        5,
        onlyWhereKnown(
            stat("exact-match", new Stat(Term.EXACT_MATCH, "exact match", model.exactMatch)),
            model.exactMatch),
        onlyWhereKnown(
            stat("rouge-2", new Stat(Term.ROUGE_2, "ROUGE-2", model.rouge2)), model.rouge2));
    stats.addRow(
        6,
        onlyWhereKnown(
            stat(
                "token-accuracy",
                new Stat(Term.TOKEN_ACCURACY, "token accuracy", model.tokenAccuracy)),
            model.tokenAccuracy),
        onlyWhereKnown(
            stat(
                "language-speed-up",
                new Stat(Term.LANGUAGE_SPEED_UP, "speed-up, languages", model.languageSpeedUp)),
            model.languageSpeedUp));
    stats.getStyleClass().add("stats");
    stats.setMinHeight(Region.USE_PREF_SIZE);
    Label history = new Label("History");
    history.getStyleClass().addAll("card-title", "strong", "second-title");
    ListView<RunEvent> events = new ListView<>(model.events);
    events.setId("history");
    events.getStyleClass().addAll("plain-list", "history");
    events.setCellFactory(list -> new EventCell(events));
    events.setPlaceholder(new Label());
    model.events.addListener(
        (ListChangeListener<RunEvent>) c -> Platform.runLater(() -> showNewest(events)));
    VBox.setVgrow(events, Priority.ALWAYS);
    getChildren().addAll(new VBox(2, title, subtitle), stats, history, events);
  }

  private static void showNewest(ListView<RunEvent> events) {
    events.layout(); // it knows of its new rows only then
    events.scrollTo(Math.max(0, events.getItems().size() - 1));
  }

  /** A speed-up is only green when there is one. */
  private static Stat gain(Stat stat, LiveModel model, boolean steps) {
    PseudoClass ahead = PseudoClass.getPseudoClass("ahead");
    model.snapshot.subscribe(
        now -> {
          SpeedUp.Result result = now.speedUp();
          double times = result == null ? 0 : steps ? result.steps() : result.time();
          stat.value().pseudoClassStateChanged(ahead, times > 1);
        });
    return stat;
  }

  private static Stat onlyWhereKnown(Stat stat, ObservableValue<String> figure) {
    stat.visibleProperty().bind(figure.map(text -> !text.isEmpty()));
    stat.managedProperty().bind(stat.visibleProperty());
    return stat;
  }

  private static Stat stat(String id, Stat stat) {
    stat.value().setId(id);
    stat.setPrefWidth(126);
    return stat;
  }

  /** An event with its step. */
  private static final class EventCell extends ListCell<RunEvent> {
    private static final PseudoClass CHANGED = PseudoClass.getPseudoClass("changed");

    private final Label step = new Label();
    private final Label text = new Label();
    private final HBox row = new HBox(10, step, text);

    EventCell(ListView<RunEvent> list) {
      step.getStyleClass().addAll("mono", "muted");
      step.setMinWidth(44);
      text.setWrapText(true);
      text.setMinHeight(Region.USE_PREF_SIZE);
      HBox.setHgrow(text, Priority.ALWAYS);
      row.setMinHeight(Region.USE_PREF_SIZE);
      // The list gives a cell its own width; else a wide text would bring a scroll bar below.
      setPrefWidth(0);
      text.prefWidthProperty().bind(list.widthProperty().subtract(84));
    }

    @Override
    protected void updateItem(RunEvent event, boolean empty) {
      super.updateItem(event, empty);
      if (empty || event == null) {
        setGraphic(null);
        setTooltip(null);
        return;
      }
      step.setText(Figures.whole(event.step()));
      text.setText(event.text());
      row.pseudoClassStateChanged(CHANGED, event.kind().equals("changed"));
      setGraphic(row);
      setTooltip(
          new Tooltip(
              event.kind()
                  + " · "
                  + TIME.format(
                      Instant.ofEpochMilli(event.time()).atZone(ZoneId.systemDefault()))));
    }
  }
}
