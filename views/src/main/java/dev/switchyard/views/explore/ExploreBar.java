package dev.switchyard.views.explore;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.DropZone;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Figures;
import java.io.File;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.SeparatorMenuItem;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.stage.DirectoryChooser;
import org.kordamp.ikonli.feather.Feather;

/** The explorer's top bar: which model is under the microscope, and the choice of another. */
final class ExploreBar extends HBox {
  private static final int MOST_RUNS = 12;

  private final ExploreModel model;
  private final ExploreController controller;
  private final MenuButton chooser = new MenuButton();

  ExploreBar(ExploreModel model, ExploreController controller) {
    super(12);
    this.model = model;
    this.controller = controller;
    getStyleClass().add("top-bar");
    setAlignment(Pos.CENTER_LEFT);
    Label title = new Label("Explore");
    title.getStyleClass().addAll("screen-title", "strong");
    title.setMinWidth(Region.USE_PREF_SIZE);
    chooser.setId("models");
    chooser.getStyleClass().add("chip");
    chooser.setMinWidth(Region.USE_PREF_SIZE);
    chooser.setGraphic(Icons.of(Feather.BOX));
    chooser
        .textProperty()
        .bind(
            Bindings.createStringBinding(
                () ->
                    !model.opening.get().isEmpty()
                        ? "opening " + model.opening.get() + " …"
                        : model.subject.get() == null
                            ? "Choose a model"
                            : model.subject.get().name(),
                model.opening,
                model.subject));
    Label detail = new Label();
    detail.getStyleClass().add("muted");
    detail.textProperty().bind(model.subject.map(s -> s.detail()).orElse(""));
    Label live = new Label("in training");
    live.getStyleClass().addAll("pill", "live");
    live.setMinWidth(Region.USE_PREF_SIZE);
    live.visibleProperty().bind(model.subjectInTraining);
    live.managedProperty().bind(model.subjectInTraining);
    detail.setMinWidth(0);
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    Choice<Page> pages = new Choice<>(Page.values().length, Page::title);
    pages.setId("pages");
    pages.setItems(List.of(Page.values()));
    pages.valueProperty().bindBidirectional(model.page);
    getChildren().addAll(title, chooser, live, detail, gap, pages);
    chooser.setOnShowing(e -> fill());
    chooser.getItems().add(new MenuItem("…"));
    DropZone.on(this, paths -> controller.open(paths.getFirst().toString()));
  }

  private void fill() {
    chooser.getItems().clear();
    if (!model.inTraining.get().isEmpty()) {
      item(model.inTraining.get() + "  ·  in training", Feather.ACTIVITY, controller::openTraining);
      chooser.getItems().add(new SeparatorMenuItem());
    }
    for (Workbench.Sample sample : model.samples) {
      item(sample.title() + "  ·  sample", Feather.STAR, () -> controller.open(sample.name()));
    }
    if (!model.runs.isEmpty()) {
      chooser.getItems().add(new SeparatorMenuItem());
    }
    for (Workbench.RunSummary run : model.runs.stream().limit(MOST_RUNS).toList()) {
      item(
          "%s  ·  step %s".formatted(run.name(), Figures.whole(run.step())),
          Feather.CPU,
          () -> controller.open(run.folder().toString()));
    }
    chooser.getItems().add(new SeparatorMenuItem());
    item("Open a model folder…", Feather.FOLDER, this::chooseFolder);
  }

  private void item(String text, Feather icon, Runnable action) {
    MenuItem item = new MenuItem(text, Icons.of(icon));
    item.setMnemonicParsing(false);
    item.setOnAction(e -> action.run());
    chooser.getItems().add(item);
  }

  private void chooseFolder() {
    DirectoryChooser folders = new DirectoryChooser();
    folders.setTitle("Open a run, a checkpoint or a model folder");
    File folder = folders.showDialog(getScene().getWindow());
    if (folder != null) {
      controller.open(folder.toString());
    }
  }
}
