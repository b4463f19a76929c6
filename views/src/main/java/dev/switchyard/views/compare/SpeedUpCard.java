package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import javafx.beans.value.ObservableValue;
import javafx.collections.ListChangeListener;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.StackPane;

/** Who comes to the same quality how much sooner, as a table. */
final class SpeedUpCard extends StackPane {
  private static final PseudoClass AHEAD = PseudoClass.getPseudoClass("ahead");

  private final CompareModel model;
  private final TableView<SpeedUpRow> table;

  SpeedUpCard(CompareModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    table = RunTables.table("speed-up-table", "Tick runs to see which is sooner");
    table.setItems(model.speedUps);
    RunTables.add(table, "", null, 150, row -> row, () -> new ModelCell(model, theme));
    figure("best", Term.CROSS_ENTROPY, SpeedUpRow::crossEntropy, v -> Figures.decimal(v, 3), false);
    figure(
        "held out",
        Term.HELD_OUT,
        row -> row.model().last(Quantity.HELD_OUT),
        v -> Figures.decimal(v, 3),
        false);
    for (Measure measure : List.of(Measure.STEPS, Measure.TIME)) {
      figure(
          QuantityWords.name(measure),
          null,
          row -> row.model().length(measure),
          v -> QuantityWords.amount(measure, v),
          false);
    }
    for (Measure measure : Measure.values()) {
      figure(
          "×" + QuantityWords.name(measure),
          measure == Measure.FLOPS ? Term.TRAINING_FLOPS : Term.SPEED_UP_RUNS,
          row -> row.factor(measure),
          Figures::times,
          true);
    }
    Card card =
        new Card(
            "Speed-up", "times sooner at the same quality; select a row to see it drawn", table);
    Glossary.explain(card.title(), Term.SPEED_UP_RUNS);
    Glossary.explain(card.subtitle(), Term.SPEED_UP_RUNS);
    ExportMenu export = ExportMenu.ofTable(saving, "Speed-up", this::csv);
    export.setId("export-speed-up");
    card.withTools(reference(), export);
    getChildren().add(card);
    followSelection();
  }

  private void figure(
      String name,
      Term term,
      ToDoubleFunction<SpeedUpRow> value,
      DoubleFunction<String> write,
      boolean factor) {
    TableColumn<SpeedUpRow, Double> column =
        RunTables.add(
            table,
            name,
            term,
            factor ? 62 : 58,
            value::applyAsDouble,
            () ->
                new TableCell<SpeedUpRow, Double>() {
                  @Override
                  protected void updateItem(Double now, boolean empty) {
                    super.updateItem(now, empty);
                    setAlignment(Pos.CENTER_RIGHT);
                    setText(empty || now == null ? "" : write.apply(now));
                    pseudoClassStateChanged(AHEAD, factor && !empty && now != null && now > 1);
                  }
                });
    column.getStyleClass().add("figure-column");
  }

  /** Against which model. */
  private HBox reference() {
    ComboBox<String> box = new ComboBox<>();
    box.setId("reference");
    box.getStyleClass().add("compact");
    box.setButtonCell(
        new ListCell<>() {
          @Override
          protected void updateItem(String title, boolean empty) {
            super.updateItem(title, empty);
            setText(empty || title == null ? "the first" : title);
          }
        });
    box.setMaxWidth(220);
    model.speedUps.addListener((ListChangeListener<SpeedUpRow>) change -> showReference(box));
    box.valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null && !now.equals(referenceTitle())) {
                model.reference.set(now);
              }
            });
    Label word = new Label("against");
    word.getStyleClass().add("muted");
    HBox row = new HBox(6, word, box);
    row.setAlignment(Pos.CENTER_RIGHT);
    return row;
  }

  private void showReference(ComboBox<String> box) {
    if (!box.getItems().equals(model.titles)) {
      box.setValue(null);
      box.getItems().setAll(model.titles);
    }
    box.setValue(referenceTitle());
  }

  private String referenceTitle() {
    return model.speedUps.stream()
        .filter(SpeedUpRow::isReference)
        .map(row -> row.model().title())
        .findFirst()
        .orElse(null);
  }

  private void followSelection() {
    table
        .getSelectionModel()
        .selectedItemProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null) {
                model.selected.set(now.model().title());
              }
            });
  }

  private CsvFile csv() {
    CsvFile csv =
        new CsvFile(
            List.of(
                "run",
                "model",
                "best_cross_entropy",
                "held_out_cross_entropy",
                "steps",
                "seconds",
                "tokens",
                "flops",
                "speed_up_steps",
                "speed_up_time",
                "speed_up_tokens",
                "speed_up_flops"));
    for (SpeedUpRow row : model.speedUps) {
      csv.add(
          List.of(
              row.model().run(),
              row.model().twin() ? "twin" : "switch",
              row.crossEntropy(),
              row.model().last(Quantity.HELD_OUT),
              row.model().length(Measure.STEPS),
              row.model().length(Measure.TIME),
              row.model().length(Measure.TOKENS),
              row.model().length(Measure.FLOPS),
              row.factor(Measure.STEPS),
              row.factor(Measure.TIME),
              row.factor(Measure.TOKENS),
              row.factor(Measure.FLOPS)));
    }
    return csv;
  }
}
