package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.ModelCurves;
import dev.switchyard.engine.compare.SettingDifference;
import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.train.Workbench.RunSummary;
import dev.switchyard.views.chart.LineChartPane.Scale;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.LongProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/** What the screen Compare shows. */
final class CompareModel {
  /** The longest smoothing is this share of the longest run. */
  private static final double LONGEST_SMOOTHING = 0.1;

  /** Runs in the runs folder. */
  final ObservableList<RunSummary> known = FXCollections.observableArrayList();

  /** Runs on the chart, in the order in which they came. */
  final ObservableList<ChosenRun> chosen = FXCollections.observableArrayList();

  final StringProperty search = new SimpleStringProperty("");
  final ObjectProperty<Quantity> quantity = new SimpleObjectProperty<>(Quantity.CROSS_ENTROPY);
  final ObjectProperty<Measure> measure = new SimpleObjectProperty<>(Measure.STEPS);
  final BooleanProperty twins = new SimpleBooleanProperty(true);
  final ObjectProperty<Scale> scale = new SimpleObjectProperty<>(Scale.EVEN);

  /** Place of the slider, from 0 (raw) to 1. */
  final DoubleProperty smoothing = new SimpleDoubleProperty(0.5);

  /** Grows whenever something was read. */
  final LongProperty version = new SimpleLongProperty();

  /** Title of the model that the others are measured against; empty: the first. */
  final StringProperty reference = new SimpleStringProperty("");

  final ObservableList<String> titles = FXCollections.observableArrayList();
  final ObservableList<SpeedUpRow> speedUps = FXCollections.observableArrayList();

  /** Title of the model whose speed-up is to be drawn; empty: the one with the greatest. */
  final StringProperty selected = new SimpleStringProperty("");

  /** The speed-up that is drawn; may be null. */
  final ObjectProperty<SpeedUpRow> bridged = new SimpleObjectProperty<>();

  final ObservableList<SettingDifference> differences = FXCollections.observableArrayList();

  /** What a reader of the chart must know; empty where there is nothing. */
  final StringProperty caution = new SimpleStringProperty("");

  Optional<ChosenRun> chosen(Path folder) {
    return chosen.stream().filter(run -> run.folder.equals(folder)).findFirst();
  }

  /** The names of the runs on the chart: folders where two have the same. */
  String name(ChosenRun run) {
    boolean alone = chosen.stream().filter(other -> other.name().equals(run.name())).count() == 1;
    return alone ? run.name() : run.folder.toString();
  }

  /** The models on the chart with some of their curves. */
  List<ModelCurves> models(Function<ChosenRun, RunCurves> curves) {
    return chosen.stream()
        .filter(ChosenRun::isShown)
        .flatMap(run -> ModelCurves.of(run.run.get(), name(run), curves.apply(run)).stream())
        .toList();
  }

  /** The run that a model is of. */
  ChosenRun runOf(ModelCurves model) {
    return chosen.stream().filter(run -> name(run).equals(model.run())).findFirst().orElseThrow();
  }

  /** Steps after which a value's weight has faded to 1/e; 0: not smoothed. */
  double smoothingWindow() {
    if (smoothing.get() <= 0 || !quantity.get().isOfEveryStep()) {
      return 0;
    }
    double longest =
        chosen.stream().mapToDouble(run -> run.curves.get().lastStep()).max().orElse(0);
    return Math.pow(Math.max(10, longest * LONGEST_SMOOTHING), smoothing.get());
  }
}
