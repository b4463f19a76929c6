package dev.switchyard.views.component;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.task.FilePrompt;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.function.Consumer;
import javafx.beans.binding.Bindings;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.value.ObservableStringValue;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.SeparatorMenuItem;
import javafx.scene.layout.Region;
import org.kordamp.ikonli.feather.Feather;

/** The model that a screen shows, and the choice of another: samples, recent runs, a folder. */
public final class ModelChooser extends MenuButton {
  private static final int MOST_RUNS = 12;

  private final List<Workbench.Sample> samples;
  private final List<Workbench.RunSummary> runs;
  private final FilePrompt prompt;
  private final Consumer<String> open;
  private ObservableStringValue training = new SimpleStringProperty("");
  private Runnable openTraining = () -> {};

  /**
   * A chooser.
   *
   * @param samples read when the menu opens, as are the runs
   * @param open takes a sample's name or a folder's path
   */
  public ModelChooser(
      List<Workbench.Sample> samples,
      List<Workbench.RunSummary> runs,
      FilePrompt prompt,
      Consumer<String> open) {
    this.samples = samples;
    this.runs = runs;
    this.prompt = prompt;
    this.open = open;
    getStyleClass().add("chip");
    setMinWidth(Region.USE_PREF_SIZE);
    setGraphic(Icons.of(Feather.BOX));
    setOnShowing(e -> fill());
    // A menu without items would not open, and so never be filled.
    getItems().add(new MenuItem("…"));
  }

  /** Shows the name of the model that is open, and of one that is being opened (empty: none). */
  public void show(ObservableValue<String> name, ObservableStringValue opening) {
    textProperty()
        .bind(
            Bindings.createStringBinding(
                () ->
                    !opening.get().isEmpty()
                        ? "opening " + opening.get() + " …"
                        : name.getValue() == null ? "Choose a model" : name.getValue(),
                name,
                opening));
  }

  /**
   * Offers the model in training above all others.
   *
   * @param name of the run; empty while there is none
   */
  public void offerTraining(ObservableStringValue name, Runnable openTraining) {
    training = name;
    this.openTraining = openTraining;
  }

  private void fill() {
    getItems().clear();
    if (!training.get().isEmpty()) {
      item(training.get() + "  ·  in training", Feather.ACTIVITY, openTraining);
      getItems().add(new SeparatorMenuItem());
    }
    for (Workbench.Sample sample : samples) {
      item(sample.title() + "  ·  sample", Feather.STAR, () -> open.accept(sample.name()));
    }
    if (!runs.isEmpty()) {
      getItems().add(new SeparatorMenuItem());
    }
    for (Workbench.RunSummary run : runs.stream().limit(MOST_RUNS).toList()) {
      item(
          "%s  ·  step %s".formatted(run.name(), Figures.whole(run.step())),
          Feather.CPU,
          () -> open.accept(run.folder().toString()));
    }
    getItems().add(new SeparatorMenuItem());
    item("Open a model folder…", Feather.FOLDER, this::chooseFolder);
  }

  private void item(String text, Feather icon, Runnable action) {
    MenuItem item = new MenuItem(text, Icons.of(icon));
    item.setMnemonicParsing(false);
    item.setOnAction(e -> action.run());
    getItems().add(item);
  }

  private void chooseFolder() {
    prompt
        .folder(getScene().getWindow(), "Open a run, a checkpoint or a model folder")
        .ifPresent(folder -> open.accept(folder.toString()));
  }
}
