package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.train.RunChange;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LoadHeatmap;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What the live screen shows. */
final class LiveModel {
  /** What the quality is drawn over. */
  enum Axis {
    STEPS,
    TIME,
    TOKENS
  }

  final ObjectProperty<Session> session = new SimpleObjectProperty<>();
  final StringProperty name = new SimpleStringProperty("");
  final StringProperty state = new SimpleStringProperty("ready");
  final StringProperty failure = new SimpleStringProperty("");

  /** Whether another process trains it. */
  final BooleanProperty elsewhere = new SimpleBooleanProperty();

  /** Whether this program trains it, so that its batches can be seen. */
  final BooleanProperty trainedHere = new SimpleBooleanProperty();

  final StringProperty step = new SimpleStringProperty("0");
  final StringProperty pace = new SimpleStringProperty("");
  final DoubleProperty progress = new SimpleDoubleProperty();
  final ObjectProperty<RunHistory.Snapshot> snapshot =
      new SimpleObjectProperty<>(RunHistory.Snapshot.EMPTY);

  /** The load of each expert in the chosen layer; newer than the snapshot's where frames allow. */
  final ObjectProperty<LoadHeatmap.Content> load =
      new SimpleObjectProperty<>(LoadHeatmap.Content.EMPTY);

  /** Whether the tokens of the batch stand in the charts' place. */
  final BooleanProperty tokens = new SimpleBooleanProperty();

  /** The newest batch that was asked for; null: none yet. */
  final ObjectProperty<BatchRouting> batch = new SimpleObjectProperty<>();

  /** Why there is none to come; empty: there may be one. */
  final StringProperty noBatch = new SimpleStringProperty("");

  /** Whether that batch stays, however far the training goes. */
  final BooleanProperty held = new SimpleBooleanProperty();

  final ObservableList<RunEvent> events = FXCollections.observableArrayList();

  /** The settings that changed in the run, as its history tells it. */
  final ObjectProperty<List<RunEvent>> changes = new SimpleObjectProperty<>(List.of());

  final ObjectProperty<Axis> axis = new SimpleObjectProperty<>(Axis.STEPS);
  final IntegerProperty layer = new SimpleIntegerProperty(0);

  final StringProperty speedUpSteps = new SimpleStringProperty("–");
  final StringProperty speedUpTime = new SimpleStringProperty("–");
  final StringProperty crossEntropy = new SimpleStringProperty("–");
  final StringProperty twinCrossEntropy = new SimpleStringProperty("–");
  final StringProperty dropped = new SimpleStringProperty("–");
  final StringProperty crowding = new SimpleStringProperty("–");
  final StringProperty balance = new SimpleStringProperty("–");
  final StringProperty entropy = new SimpleStringProperty("–");
  final StringProperty memory = new SimpleStringProperty("–");
  final StringProperty learningRate = new SimpleStringProperty("–");

  /** Of pairs and of languages: empty where there are none. */
  final StringProperty exactMatch = new SimpleStringProperty("");

  final StringProperty rouge2 = new SimpleStringProperty("");
  final StringProperty tokenAccuracy = new SimpleStringProperty("");
  final StringProperty languageSpeedUp = new SimpleStringProperty("");

  final BooleanProperty playing = new SimpleBooleanProperty();
  final IntegerProperty speed = new SimpleIntegerProperty(1);
  final IntegerProperty position = new SimpleIntegerProperty();
  final IntegerProperty length = new SimpleIntegerProperty();

  /** Takes over what a session says of itself. */
  void read(Session now) {
    name.set(now.name());
    state.set(now.state());
    failure.set(now.failure());
    step.set(Figures.whole(now.step()));
    progress.set(now.steps() == 0 ? 0 : (double) now.step() / now.steps());
    List<RunEvent> told = now.events();
    if (!told.equals(events)) {
      events.setAll(told);
      changes.set(told.stream().filter(LiveModel::isChange).toList());
      readEvaluation(told);
    }
    if (now instanceof Replay replay) {
      playing.set(replay.isPlaying());
      speed.set(replay.speed());
      position.set(replay.position());
      length.set(replay.length());
    }
    pace.set(pace(now));
    memory.set(now.memoryBytes() > 0 ? Figures.bytes(now.memoryBytes()) : "–");
    elsewhere.set(now.isElsewhere());
    trainedHere.set(now instanceof RunSession run && run.run().isTrainedHere());
  }

  /** Old and new values stand among a change's figures. */
  private static boolean isChange(RunEvent event) {
    return event.kind().equals("changed")
        && event.figures() != null
        && event.figures().keySet().stream().anyMatch(name -> name.endsWith(RunChange.BEFORE));
  }

  /**
   * The changes as marks on a chart.
   *
   * @param place of a step on the chart's axis
   */
  List<LineChartPane.Mark> marks(LongToDoubleFunction place) {
    return changes.get().stream()
        .map(
            event ->
                new LineChartPane.Mark(place.applyAsDouble(event.step()), ChangeWords.brief(event)))
        .toList();
  }

  /** The figures of the newest evaluation that only some runs have. */
  private void readEvaluation(List<RunEvent> told) {
    Map<String, Double> figures =
        told.reversed().stream()
            .filter(event -> event.kind().equals("evaluation") && event.figures() != null)
            .findFirst()
            .map(RunEvent::figures)
            .orElse(Map.of());
    exactMatch.set(withTwin(figures, "exact_match"));
    rouge2.set(withTwin(figures, "rouge_2"));
    tokenAccuracy.set(withTwin(figures, "token_accuracy"));
    Double mean = figures.get("mean_speed_up");
    languageSpeedUp.set(mean == null ? "" : Figures.times(mean));
  }

  private static String withTwin(Map<String, Double> figures, String name) {
    Double model = figures.get(name);
    Double twin = figures.get("twin_" + name);
    if (model == null) {
      return "";
    }
    String beside = twin == null ? "" : " (" + Figures.percent(twin) + ")";
    return Figures.percent(model) + beside;
  }

  private String pace(Session now) {
    StringBuilder line = new StringBuilder("of " + Figures.whole(now.steps()));
    RunHistory.Snapshot seen = snapshot.get();
    boolean moving = now.state().equals("running") || now.state().equals("paused");
    if (moving && seen.newest() != null && Double.isFinite(seen.secondsPerStep())) {
      double left = (now.steps() - now.step()) * seen.secondsPerStep();
      line.append(" · ").append(Figures.duration(left)).append(" left");
    }
    if (Double.isFinite(seen.tokensPerSecond())) {
      line.append(" · ").append(Figures.compact(seen.tokensPerSecond())).append(" tokens/s");
    }
    return line.toString();
  }

  /** Takes over the figures of a moment. */
  void read(RunHistory.Snapshot now) {
    snapshot.set(now);
    load.set(now.load());
    var report = now.newest();
    learningRate.set(report == null ? "–" : Figures.significant(report.learningRate()));
    var speedUp = now.speedUp();
    speedUpSteps.set(speedUp == null ? "–" : Figures.times(speedUp.steps()));
    speedUpTime.set(speedUp == null ? "–" : Figures.times(speedUp.time()));
    crossEntropy.set(Figures.decimal(now.crossEntropy(), 3));
    twinCrossEntropy.set(Figures.decimal(now.twinCrossEntropy(), 3));
    dropped.set(Figures.percent(now.smoothDropped()));
    if (report == null || report.model().layers().isEmpty()) {
      crowding.set("–");
      balance.set("–");
      entropy.set("–");
      return;
    }
    double most = 0;
    double sum = 0;
    for (var layerReport : report.model().layers()) {
      for (float load : layerReport.load()) {
        most = Math.max(most, load);
      }
      sum += layerReport.entropy();
    }
    crowding.set(Figures.decimal(most, 2));
    balance.set(Figures.decimal(report.model().loadBalancingLoss(), 2));
    entropy.set(Figures.decimal(sum / report.model().layers().size(), 2));
  }
}
