package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepRouting.Layer;
import dev.switchyard.views.chart.BatchRows;
import dev.switchyard.views.chart.ExpertLegend;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/**
 * Every token of the batch in training, in one Switch layer: its expert, and whether it has one.
 */
final class BatchPage {
  private final LiveModel model;
  private final BatchRows rows;
  private final ExpertLegend legend = new ExpertLegend();
  private final Choice<String> layer = new Choice<>(6, Figures::layer);
  private final Label summary = new Label();
  private final Label fate = new Label();
  private final Card card;

  BatchPage(LiveModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    rows = new BatchRows(theme);
    rows.setId("batch-rows");
    rows.setOnToken(token -> showFate());
    layer.setId("batch-layer");
    summary.setId("batch-summary");
    summary.getStyleClass().add("mono");
    summary.setMinWidth(Region.USE_PREF_SIZE);
    fate.setId("batch-fate");
    fate.setWrapText(true);
    fate.setMinHeight(Region.USE_PREF_SIZE);
    Glossary.explain(fate, Term.QUEUE);
    Choice<Boolean> hold = new Choice<>(2, held -> held ? "hold" : "follow");
    hold.setId("batch-hold");
    hold.setItems(List.of(false, true));
    hold.valueProperty().subscribe(now -> model.held.set(Boolean.TRUE.equals(now)));
    model.held.subscribe(now -> hold.valueProperty().set(now));
    Tooltip.install(hold, new Tooltip("Follow the training, or stay with this batch"));
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    HBox above = new HBox(16, summary, gap, legend);
    above.setAlignment(Pos.CENTER_LEFT);
    VBox content = new VBox(10, above, new StackPane(rows, waiting()), fate);
    VBox.setVgrow(content.getChildren().get(1), Priority.ALWAYS);
    card =
        new Card(
            "Tokens of the batch",
            "each in the colour of its expert; hollow and red: dropped, its expert was full",
            content);
    card.setId("batch-page");
    Glossary.explain(card.title(), Term.SWITCH_LAYER);
    Glossary.explain(card.subtitle(), Term.DROPPED);
    ExportMenu menu = ExportMenu.ofChart(saving, this::name, () -> rows.export(name()));
    menu.setId("export-batch-rows");
    menu.disableProperty().bind(rows.visibleProperty().not());
    card.withTools(hold, layer, menu);
    layer.valueProperty().subscribe(l -> show());
    model.batch.subscribe(b -> show());
  }

  Card card() {
    return card;
  }

  /** Of what is seen, for a file. */
  private String name() {
    BatchRouting batch = model.batch.get();
    Layer shown = batch == null ? null : shown(batch);
    return shown == null
        ? "Tokens of a batch"
        : "%s, tokens of step %d, %s"
            .formatted(model.name.get(), batch.step(), Figures.layer(shown.name()));
  }

  private Label waiting() {
    Label hint = new Label();
    hint.setId("batch-waiting");
    hint.getStyleClass().add("muted");
    hint.setWrapText(true);
    hint.textProperty()
        .bind(
            Bindings.createStringBinding(
                () -> model.noBatch.get().isEmpty() ? whenNext() : model.noBatch.get(),
                model.state,
                model.noBatch));
    hint.visibleProperty().bind(Bindings.isNull(model.batch));
    return hint;
  }

  private String whenNext() {
    return switch (model.state.get()) {
      case "ready" -> "Press Start or Step: the first batch is seen then";
      case "paused" -> "Press Resume or Step: the next batch is seen then";
      default -> "Waiting for the next step …";
    };
  }

  private void show() {
    BatchRouting batch = model.batch.get();
    rows.setVisible(batch != null && !batch.layers().isEmpty());
    if (batch == null) {
      summary.setText("");
      fate.setText("");
      return;
    }
    layer.setItems(batch.layerNames());
    Layer shown = shown(batch);
    if (shown == null) {
      summary.setText("");
      fate.setText("This model has no Switch layer: nothing is routed.");
      return;
    }
    rows.show(batch, shown);
    legend.show(shown.experts());
    summary.setText(TokenWords.summary(batch, shown));
    showFate();
  }

  private void showFate() {
    BatchRouting batch = model.batch.get();
    Layer shown = batch == null ? null : shown(batch);
    fate.setText(
        shown == null || rows.chosen() < 0
            ? "Click a token: its expert, gate and place in the queue stand here. Arrow keys move."
            : TokenWords.fate(batch, shown, rows.chosen()));
  }

  private Layer shown(BatchRouting batch) {
    List<Layer> all = batch.layers();
    return all.stream()
        .filter(l -> l.name().equals(layer.valueProperty().get()))
        .findFirst()
        .orElse(all.isEmpty() ? null : all.getFirst());
  }
}
