package dev.switchyard.views.train.form;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.DropZone;
import dev.switchyard.views.theme.Icons;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import org.kordamp.ikonli.feather.Feather;

/** What the run trains on: files and folders, or the corpus that the preset brings. */
final class TextsCard extends VBox {
  private static final int SHOWN = 4;

  private final TrainFormModel model;
  private final TrainFormController controller;
  private final VBox list = new VBox(4);
  private final VBox zone = new VBox(8);

  TextsCard(TrainFormModel model, TrainFormController controller) {
    this.model = model;
    this.controller = controller;
    Label hint = new Label();
    hint.getStyleClass().add("muted");
    hint.setWrapText(true);
    hint.setAlignment(Pos.CENTER);
    hint.setTextAlignment(TextAlignment.CENTER);
    hint.setMinHeight(Region.USE_PREF_SIZE);
    hint.textProperty().bind(Bindings.createStringBinding(this::hint, model.preset, model.texts));
    Button files = Buttons.plain("Files", Feather.FILE_TEXT, this::chooseFiles);
    Button folder = Buttons.plain("Folder", Feather.FOLDER, this::chooseFolder);
    HBox buttons = new HBox(8, files, folder);
    buttons.setAlignment(Pos.CENTER);
    zone.getStyleClass().add("drop-zone");
    zone.setId("texts");
    zone.setAlignment(Pos.CENTER);
    zone.getChildren().addAll(list, hint, buttons);
    VBox.setVgrow(zone, Priority.ALWAYS);
    Card card = new Card("Text", ".txt, .md or .jsonl; single files or folders of any size", zone);
    VBox.setVgrow(card, Priority.ALWAYS);
    card.setPrefWidth(420);
    getChildren().add(card);
    DropZone.on(zone, controller::addTexts);
    model.texts.addListener((ListChangeListener<Path>) c -> showTexts());
    showTexts();
  }

  private String hint() {
    Workbench.Preset preset = model.preset.get();
    if (!model.texts.isEmpty()) {
      return "Drop more here";
    }
    return preset != null && preset.bringsData()
        ? "This preset brings the generated sample corpus. To train on your own text, drop files or"
            + " a folder here."
        : "Drop text files or a folder here";
  }

  private void showTexts() {
    list.getChildren().clear();
    model.texts.stream().limit(SHOWN).forEach(path -> list.getChildren().add(row(path)));
    int more = model.texts.size() - SHOWN;
    if (more > 0) {
      Label rest = new Label("and %d more".formatted(more));
      rest.getStyleClass().add("muted");
      list.getChildren().add(rest);
    }
    list.setManaged(!model.texts.isEmpty());
  }

  private Node row(Path path) {
    Label name = new Label(path.toString(), Icons.of(Feather.FILE_TEXT));
    name.setTextOverrun(OverrunStyle.LEADING_ELLIPSIS);
    name.setTooltip(new Tooltip(path.toString()));
    name.setMaxWidth(Double.MAX_VALUE);
    name.setMinWidth(0);
    HBox.setHgrow(name, Priority.ALWAYS);
    Button remove = Buttons.icon("Leave this text out", Feather.X, () -> model.texts.remove(path));
    HBox row = new HBox(8, name, remove);
    row.setAlignment(Pos.CENTER_LEFT);
    return row;
  }

  private void chooseFiles() {
    FileChooser chooser = new FileChooser();
    chooser.setTitle("Texts to train on");
    chooser
        .getExtensionFilters()
        .add(new FileChooser.ExtensionFilter("Text", "*.txt", "*.md", "*.jsonl"));
    List<File> files = chooser.showOpenMultipleDialog(getScene().getWindow());
    if (files != null) {
      controller.addTexts(files.stream().map(File::toPath).toList());
    }
  }

  private void chooseFolder() {
    DirectoryChooser chooser = new DirectoryChooser();
    chooser.setTitle("A folder of texts to train on");
    File folder = chooser.showDialog(getScene().getWindow());
    if (folder != null) {
      controller.addTexts(List.of(folder.toPath()));
    }
  }
}
