package dev.switchyard.views.preference;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.InformationBars;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.DropZone;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.io.File;
import java.util.List;
import java.util.stream.IntStream;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the survey: which corpus, how far it is read, and what was found. */
final class PreferenceView extends VBox {
  private static final PseudoClass WRONG = PseudoClass.getPseudoClass("wrong");
  private static final int LAYERS_SIDE_BY_SIDE = 8;

  private final PreferenceModel model;
  private final PreferenceController controller;
  private final InformationBars bars;
  private final ListView<Integer> experts = new ListView<>();
  private final Choice<Integer> layers = new Choice<>(LAYERS_SIDE_BY_SIDE, this::layerName);
  private Card informationCard;
  private Card expertsCard;

  PreferenceView(
      PreferenceModel model,
      ObservableValue<Theme> theme,
      PreferenceController controller,
      Saving saving) {
    super(12);
    this.model = model;
    this.controller = controller;
    setId("preferences");
    bars = new InformationBars(theme);
    bars.setId("information");
    bars.setOnLayer(model.layer::set);
    getChildren().addAll(corpusCard(), informationCard(), expertsCard(saving));
    DropZone.on(this, controller::take);
    model.result.subscribe(r -> show());
    model.layer.subscribe(l -> show());
    layers
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null && model.result.get() != null) {
                model.layer.set(now);
              }
            });
  }

  private Node corpusCard() {
    TextField data = new TextField();
    data.setId("survey-data");
    data.setPromptText("Files or folders with text, or sample-corpus; drop them here");
    data.textProperty().bindBidirectional(model.data);
    data.setOnAction(e -> controller.survey());
    data.setMinWidth(80);
    HBox.setHgrow(data, Priority.ALWAYS);
    Button file = Buttons.icon("Choose a file", Feather.FILE_TEXT, this::chooseFile);
    Button folder = Buttons.icon("Choose a folder", Feather.FOLDER, this::chooseFolder);
    TextField texts = new TextField();
    texts.setId("survey-texts");
    texts.setPrefColumnCount(5);
    texts.setMinWidth(64);
    texts.setMaxWidth(80);
    texts.textProperty().bindBidirectional(model.texts);
    texts.setOnAction(e -> controller.survey());
    texts
        .textProperty()
        .subscribe(t -> texts.pseudoClassStateChanged(WRONG, model.count() == null));
    Label word = Glossary.label(Term.SURVEYED_TEXTS, "texts");
    word.setMinWidth(Region.USE_PREF_SIZE);
    Button start = Buttons.primary("Read the corpus", Feather.BOOK_OPEN, controller::survey);
    start.setId("survey");
    start
        .disableProperty()
        .bind(
            Bindings.createBooleanBinding(
                () -> model.running.get() || model.count() == null || !hasExperts(),
                model.running,
                model.texts,
                model.subject));
    Button cancel = Buttons.plain("Cancel", Feather.X, controller::cancel);
    cancel.setId("survey-cancel");
    cancel.visibleProperty().bind(model.running);
    cancel.managedProperty().bind(model.running);
    HBox row = new HBox(8, data, file, folder, texts, word, start, cancel);
    row.setAlignment(Pos.CENTER_LEFT);
    ProgressBar progress = new ProgressBar();
    progress.setId("survey-progress");
    progress.getStyleClass().add("thin-progress");
    progress.progressProperty().bind(model.progress);
    progress.setMaxWidth(Double.MAX_VALUE);
    progress.visibleProperty().bind(model.running);
    Label problem = new Label();
    problem.setId("survey-problem");
    problem.getStyleClass().add("problem");
    problem.setWrapText(true);
    problem.textProperty().bind(problemText());
    problem.managedProperty().bind(problem.textProperty().isNotEmpty());
    problem.visibleProperty().bind(problem.managedProperty());
    Card card =
        new Card(
            "What experts take of a corpus",
            "every token of the texts is routed, and counted with its expert",
            new VBox(8, row, progress, problem));
    card.setMinHeight(Region.USE_PREF_SIZE);
    return card;
  }

  private ObservableValue<String> problemText() {
    return Bindings.createStringBinding(
        () ->
            model.subject.get() != null && !hasExperts()
                ? "This model is dense: it has no experts."
                : model.count() == null
                    ? "The number of texts is \"%s\", but must be from 1 to 1,000,000."
                        .formatted(model.texts.get())
                    : model.problem.get(),
        model.subject,
        model.texts,
        model.problem);
  }

  private boolean hasExperts() {
    return model.subject.get() != null && model.subject.get().experts() > 0;
  }

  private Node informationCard() {
    informationCard = new Card("What a layer’s experts know", "", bars);
    Glossary.explain(informationCard.title(), Term.MUTUAL_INFORMATION);
    Glossary.explain(informationCard.subtitle(), Term.MUTUAL_INFORMATION);
    informationCard.setMinHeight(Region.USE_PREF_SIZE);
    informationCard.visibleProperty().bind(model.result.isNotNull());
    informationCard.managedProperty().bind(model.result.isNotNull());
    return informationCard;
  }

  private Node expertsCard(Saving saving) {
    experts.setId("survey-experts");
    experts.getStyleClass().addAll("plain-list", "run-list");
    experts.setCellFactory(list -> new ExpertCell(model));
    EmptyState empty =
        new EmptyState(
            Feather.BOOK_OPEN,
            "No corpus was read yet",
            "The texts go through the model a few at a time; you can go on exploring meanwhile.");
    empty.visibleProperty().bind(model.result.isNull());
    experts.visibleProperty().bind(model.result.isNotNull());
    layers.setId("survey-layers");
    expertsCard = new Card("What each expert prefers", "", new StackPane(experts, empty));
    ExportMenu export =
        ExportMenu.ofTable(
            saving, "What experts prefer", () -> PreferenceData.of(model.result.get()));
    export.setId("save-preferences");
    export.visibleProperty().bind(model.result.isNotNull());
    expertsCard.withTools(layers, export);
    Glossary.explain(expertsCard.title(), Term.POINTWISE_INFORMATION);
    Glossary.explain(expertsCard.subtitle(), Term.POINTWISE_INFORMATION);
    VBox.setVgrow(expertsCard, Priority.ALWAYS);
    return expertsCard;
  }

  private String layerName(int index) {
    ExpertPreferences found = model.result.get();
    return found == null || index >= found.layers().size()
        ? ""
        : Figures.layer(found.layers().get(index).name());
  }

  private void show() {
    ExpertPreferences found = model.result.get();
    ExpertPreferences.Layer layer = model.chosen();
    bars.show(found, model.layer.get());
    layers.setItems(List.of());
    layers.valueProperty().set(model.layer.get());
    layers.setItems(
        found == null ? List.of() : IntStream.range(0, found.layers().size()).boxed().toList());
    if (layer == null) {
      experts.getItems().clear();
      return;
    }
    informationCard
        .subtitle()
        .setText(
            found.labels().isEmpty()
                ? "mutual information of expert and token, in nats: this corpus has no labels"
                : "mutual information of expert and label, over the entropy of its %s"
                    .formatted(Figures.count(found.labels().size(), "label")));
    expertsCard
        .subtitle()
        .setText(
            "%s, %s, read in %s s · highest pointwise mutual information first, in nats"
                .formatted(
                    Figures.count(found.texts(), "text"),
                    Figures.count(found.tokens(), "token"),
                    Figures.decimal(found.milliseconds() / 1000, 1)));
    experts.getItems().setAll(IntStream.range(0, layer.experts().size()).boxed().toList());
  }

  private void chooseFile() {
    FileChooser files = new FileChooser();
    files.setTitle("Texts to read");
    files
        .getExtensionFilters()
        .add(new FileChooser.ExtensionFilter("Text", "*.txt", "*.md", "*.jsonl", "*.tsv"));
    List<File> chosen = files.showOpenMultipleDialog(getScene().getWindow());
    if (chosen != null) {
      controller.take(chosen.stream().map(File::toPath).toList());
    }
  }

  private void chooseFolder() {
    DirectoryChooser folders = new DirectoryChooser();
    folders.setTitle("A folder with texts to read");
    File folder = folders.showDialog(getScene().getWindow());
    if (folder != null) {
      controller.take(List.of(folder.toPath()));
    }
  }
}
