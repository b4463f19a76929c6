package dev.switchyard.views.train.form;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.ScreenBar;
import dev.switchyard.views.component.SettingField;
import dev.switchyard.views.component.SettingValue;
import dev.switchyard.views.component.Worded;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.SettingWords;
import dev.switchyard.views.words.Term;
import java.util.LinkedHashMap;
import java.util.Map;
import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Layout of the form of a new run. */
final class TrainFormView extends BorderPane {
  private static final double SIDE = 340;
  private static final int COLUMNS = 4;

  private final TrainFormModel model;

  TrainFormView(TrainFormModel model, TrainFormController controller) {
    this.model = model;
    setId("train-form");
    Label hint = new Label("a Switch Transformer, and its dense twin beside it");
    hint.getStyleClass().add("muted");
    setTop(new ScreenBar("New run", hint));
    HBox first = new HBox(12, presetCard(), new TextsCard(model, controller));
    HBox.setHgrow(first.getChildren().get(0), Priority.ALWAYS);
    HBox.setHgrow(first.getChildren().get(1), Priority.ALWAYS);
    VBox form = new VBox(12, first, commonCard(), new ProbesCard(model), new AllSettings(model));
    form.getStyleClass().add("form");
    ScrollPane scroll = new ScrollPane(form);
    scroll.setFitToWidth(true);
    scroll.getStyleClass().add("form-scroll");
    HBox.setHgrow(scroll, Priority.ALWAYS);
    FormSummary summary = new FormSummary(model, controller);
    summary.setMinWidth(SIDE);
    summary.setPrefWidth(SIDE);
    summary.setMaxHeight(Region.USE_PREF_SIZE);
    Beside content = new Beside(scroll, new VBox(summary), 940, 500, 0);
    content.getStyleClass().add("screen");
    setCenter(content);
  }

  private Node presetCard() {
    ComboBox<Workbench.Preset> box = new ComboBox<>(model.presets);
    box.setId("preset");
    box.setMaxWidth(Double.MAX_VALUE);
    box.setConverter(new Worded<>(Workbench.Preset::name));
    box.valueProperty().bindBidirectional(model.preset);
    Label detail = new Label();
    detail.getStyleClass().add("muted");
    detail.setWrapText(true);
    detail.setMinHeight(34);
    detail.setAlignment(Pos.TOP_LEFT);
    detail
        .textProperty()
        .bind(model.preset.map(Workbench.Preset::detail).orElse("The engine’s defaults."));
    TextField name = new TextField();
    name.setId("run-name-field");
    name.textProperty().bindBidirectional(model.name);
    Label nameTitle = new Label("Name of the run");
    nameTitle.getStyleClass().add("setting-title");
    VBox nameField = new VBox(4, nameTitle, name);
    nameField.getStyleClass().add("setting-field");
    VBox content = new VBox(10, box, detail, nameField);
    Card card = new Card("Start from", "a preset fills in the settings below", content);
    card.setPrefWidth(300);
    card.setMinWidth(260);
    return card;
  }

  private Node commonCard() {
    Map<String, GridPane> sections = new LinkedHashMap<>();
    VBox content = new VBox(16);
    for (SettingValue field : model.fields.values()) {
      if (!field.setting().common()) {
        continue;
      }
      GridPane grid =
          sections.computeIfAbsent(
              field.setting().section(),
              section -> {
                GridPane made = grid();
                Label head = new Label(SettingWords.section(section));
                head.getStyleClass().addAll("section-title", "strong");
                content.getChildren().add(new VBox(8, head, made));
                return made;
              });
      int index = grid.getChildren().size();
      grid.add(new SettingField(field), index % COLUMNS, index / COLUMNS);
    }
    Card card = new Card("Settings", "hover a name for its meaning, default and bounds", content);
    Glossary.explain(card.title(), Term.SWITCH_LAYER);
    return card;
  }

  private static GridPane grid() {
    GridPane grid = new GridPane(14, 12);
    for (int c = 0; c < COLUMNS; c++) {
      ColumnConstraints column = new ColumnConstraints();
      column.setPercentWidth(100.0 / COLUMNS);
      column.setFillWidth(true);
      grid.getColumnConstraints().add(column);
    }
    grid.setAlignment(Pos.TOP_LEFT);
    grid.setMinHeight(Region.USE_PREF_SIZE);
    return grid;
  }

  /** A line of the summary. */
  static Node fact(String word, javafx.beans.value.ObservableValue<String> value, String id) {
    Label name = new Label(word);
    name.getStyleClass().add("muted");
    name.setMinWidth(Region.USE_PREF_SIZE);
    Label figure = new Label();
    figure.setId(id);
    figure.getStyleClass().addAll("mono", "fact");
    figure.textProperty().bind(Bindings.createStringBinding(value::getValue, value));
    figure.setMinWidth(Region.USE_PREF_SIZE);
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    return new HBox(8, name, gap, figure);
  }
}
