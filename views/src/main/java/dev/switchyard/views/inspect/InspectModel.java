package dev.switchyard.views.inspect;

import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.StoredWeight;
import dev.switchyard.engine.observe.WeightStatistics;
import dev.switchyard.engine.train.Workbench;
import java.util.List;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.scene.control.TreeItem;

/** What the screen Inspect shows. */
final class InspectModel {
  /**
   * The model that is open.
   *
   * @param name for people
   * @param weights its tensors
   * @param layers names of the layers with experts
   */
  record Subject(String name, List<StoredWeight> weights, List<String> layers) {
    long elements() {
      return weights.stream().mapToLong(StoredWeight::elements).sum();
    }

    long bytes() {
      return weights.stream().mapToLong(StoredWeight::bytes).sum();
    }
  }

  final ObservableList<Workbench.Sample> samples = FXCollections.observableArrayList();
  final ObservableList<Workbench.RunSummary> runs = FXCollections.observableArrayList();

  /** The name of what is being opened; empty: nothing is. */
  final StringProperty opening = new SimpleStringProperty("");

  final ObjectProperty<Subject> subject = new SimpleObjectProperty<>();

  /** Words that the names of shown tensors have. */
  final StringProperty search = new SimpleStringProperty("");

  /** Those tensors as a tree; null where none has them. */
  final ObjectProperty<TreeItem<WeightTree.Row>> tree = new SimpleObjectProperty<>();

  /** The tensor under the lens, or null. */
  final ObjectProperty<StoredWeight> weight = new SimpleObjectProperty<>();

  /** Its figures; null while they are read. */
  final ObjectProperty<WeightStatistics> statistics = new SimpleObjectProperty<>();

  /** Why there are no figures; empty where there are, or will be. */
  final StringProperty weightProblem = new SimpleStringProperty("");

  /** The layer whose experts are compared, or null. */
  final ObjectProperty<String> layer = new SimpleObjectProperty<>();

  /** How alike they are; null while they are compared. */
  final ObjectProperty<ExpertSimilarity> similarity = new SimpleObjectProperty<>();

  /** Why there is no comparison; empty where there is, or will be. */
  final StringProperty similarityProblem = new SimpleStringProperty("");

  /** Whether the rows of the router are compared, not the experts' weights. */
  final BooleanProperty ofRouter = new SimpleBooleanProperty();
}
