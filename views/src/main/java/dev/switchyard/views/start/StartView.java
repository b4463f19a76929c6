package dev.switchyard.views.start;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.PlainScroll;
import dev.switchyard.views.navigation.Navigator;
import dev.switchyard.views.theme.Icons;
import java.io.File;
import java.util.List;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the start page. */
final class StartView extends StackPane {
  private static final double SIDE = 420;

  private final StartModel model;
  private final Navigator navigator;
  private final VBox samples = new VBox(12);
  private final HBox heroActions = new HBox(10);

  StartView(StartModel model, Navigator navigator) {
    this.model = model;
    this.navigator = navigator;
    setId("start-page");
    HBox own = new HBox(12, ownText(), ownModel());
    own.getChildren().forEach(c -> HBox.setHgrow(c, Priority.ALWAYS));
    own.setMaxHeight(320);
    VBox.setVgrow(own, Priority.SOMETIMES);
    VBox left = new VBox(12, hero(), samples, own);
    HBox.setHgrow(left, Priority.ALWAYS);
    left.setMinWidth(0);
    RecentRuns runs = new RecentRuns(model, navigator);
    runs.setMinWidth(SIDE);
    runs.setPrefWidth(SIDE);
    Beside content = new Beside(left, runs, 980, 560, 420);
    content.getStyleClass().add("screen");
    ScrollPane scroll = new PlainScroll(content);
    scroll.setFitToWidth(true);
    scroll.setFitToHeight(true);
    scroll.getStyleClass().add("form-scroll");
    getChildren().add(scroll);
    model.samples.addListener((ListChangeListener<Workbench.Sample>) c -> showSamples());
    showSamples();
  }

  private Node hero() {
    Label title = new Label("Every token takes one track.");
    title.getStyleClass().addAll("hero-title", "strong");
    title.setWrapText(true);
    title.setMinHeight(Region.USE_PREF_SIZE);
    Label text =
        new Label(
            "A Switch Transformer sends each token to one of many experts. See where tokens go,"
                + " train a model beside its dense twin, and show it to a room.");
    text.getStyleClass().addAll("muted", "hero-text");
    text.setWrapText(true);
    text.setMinHeight(Region.USE_PREF_SIZE);
    VBox words = new VBox(10, title, text, heroActions);
    words.setAlignment(Pos.CENTER_LEFT);
    words.setMaxWidth(460);
    words.setMinWidth(320);
    heroActions.setMinHeight(34);
    Tracks tracks = new Tracks();
    HBox.setHgrow(tracks, Priority.ALWAYS);
    HBox.setHgrow(words, Priority.SOMETIMES);
    HBox hero = new HBox(24, words, tracks);
    hero.setAlignment(Pos.CENTER_LEFT);
    hero.getStyleClass().addAll("card", "hero");
    hero.setMinHeight(216);
    hero.setPrefHeight(236);
    VBox.setVgrow(hero, Priority.ALWAYS);
    return hero;
  }

  private void showSamples() {
    samples.getChildren().clear();
    samples.setManaged(!model.samples.isEmpty());
    heroActions.getChildren().clear();
    if (model.samples.isEmpty()) {
      Button train =
          Buttons.primary(
              "Train the first model", Feather.PLAY, () -> navigator.newRun(null, List.of()));
      train.setId("hero-train");
      heroActions.getChildren().add(train);
      return;
    }
    Workbench.Sample first = model.samples.getFirst();
    Button explore =
        Buttons.primary(
            "See where tokens go", Feather.SEARCH, () -> navigator.explore(first.name()));
    explore.setId("hero-explore");
    heroActions.getChildren().add(explore);
    if (first.hasRecording()) {
      Button replay =
          Buttons.plain(
              "Watch it being trained", Feather.FILM, () -> navigator.replay(first.name()));
      replay.setId("hero-replay");
      heroActions.getChildren().add(replay);
    }
    model.samples.forEach(sample -> samples.getChildren().add(card(sample)));
  }

  private Node card(Workbench.Sample sample) {
    Label title = new Label(sample.title());
    title.getStyleClass().addAll("card-title", "strong");
    Label tag = new Label("sample");
    tag.getStyleClass().addAll("pill", "tag");
    HBox head = new HBox(10, title, tag);
    head.setAlignment(Pos.CENTER_LEFT);
    Label detail = new Label(sample.detail());
    detail.getStyleClass().add("muted");
    detail.setWrapText(true);
    detail.setMinHeight(Region.USE_PREF_SIZE);
    VBox words = new VBox(6, head, detail);
    words.setMinWidth(0);
    HBox.setHgrow(words, Priority.ALWAYS);
    Button explore =
        Buttons.plain("Explore", Feather.SEARCH, () -> navigator.explore(sample.name()));
    explore.setId("explore-" + sample.name());
    Button replay = Buttons.plain("Replay", Feather.FILM, () -> navigator.replay(sample.name()));
    replay.setId("replay-" + sample.name());
    replay.setDisable(!sample.hasRecording());
    Button train =
        Buttons.plain(
            "Train anew",
            Feather.REFRESH_CW,
            () -> navigator.newRun(model.presetOf(sample), List.of()));
    train.setId("train-" + sample.name());
    HBox buttons = new HBox(8, explore, replay, train);
    buttons.setAlignment(Pos.CENTER_RIGHT);
    buttons.setMinWidth(Region.USE_PREF_SIZE);
    HBox card = new HBox(16, words, buttons);
    card.setAlignment(Pos.CENTER_LEFT);
    card.getStyleClass().add("card");
    card.setMinHeight(Region.USE_PREF_SIZE);
    return card;
  }

  private Node ownText() {
    VBox zone =
        zone(
            "own-text",
            Feather.FILE_TEXT,
            "Train on your own text",
            "Drop .txt, .md or .jsonl files, or a folder.",
            Buttons.plain("Files", Feather.FILE_PLUS, this::chooseTexts),
            Buttons.plain("Folder", Feather.FOLDER_PLUS, this::chooseTextFolder));
    return zone;
  }

  private Node ownModel() {
    VBox zone =
        zone(
            "own-model",
            Feather.FOLDER,
            "Open a model folder",
            "Drop a run, a checkpoint or a model folder.",
            Buttons.plain("Open", Feather.FOLDER, this::chooseModel));
    return zone;
  }

  private static VBox zone(String id, Feather icon, String title, String text, Button... buttons) {
    Label head = new Label(title);
    head.getStyleClass().addAll("card-title", "strong");
    Label body = new Label(text);
    body.getStyleClass().add("muted");
    body.setWrapText(true);
    body.setMinHeight(Region.USE_PREF_SIZE);
    body.setMaxWidth(300);
    body.setAlignment(Pos.CENTER);
    body.setTextAlignment(javafx.scene.text.TextAlignment.CENTER);
    HBox row = new HBox(8, buttons);
    row.setAlignment(Pos.CENTER);
    var mark = Icons.of(icon);
    mark.getStyleClass().add("zone-icon");
    VBox inner = new VBox(10, mark, head, body, row);
    inner.setAlignment(Pos.CENTER);
    inner.getStyleClass().add("drop-zone");
    inner.setId(id);
    inner.setPrefWidth(300);
    inner.setMinHeight(176);
    inner.setPrefHeight(220);
    return inner;
  }

  void chooseTexts() {
    FileChooser chooser = new FileChooser();
    chooser.setTitle("Texts to train on");
    chooser
        .getExtensionFilters()
        .add(new FileChooser.ExtensionFilter("Text", "*.txt", "*.md", "*.jsonl"));
    List<File> files = chooser.showOpenMultipleDialog(getScene().getWindow());
    if (files != null) {
      navigator.newRun(null, files.stream().map(File::toPath).toList());
    }
  }

  void chooseTextFolder() {
    DirectoryChooser chooser = new DirectoryChooser();
    chooser.setTitle("A folder of texts to train on");
    File folder = chooser.showDialog(getScene().getWindow());
    if (folder != null) {
      navigator.newRun(null, List.of(folder.toPath()));
    }
  }

  void chooseModel() {
    DirectoryChooser chooser = new DirectoryChooser();
    chooser.setTitle("Open a run, a checkpoint or a model folder");
    File folder = chooser.showDialog(getScene().getWindow());
    if (folder != null) {
      navigator.explore(folder.toString());
    }
  }
}
