package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.Objects;
import javafx.css.PseudoClass;
import javafx.geometry.HPos;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The same text and weights with another capacity factor, beside the untouched result. */
final class WhatIf extends VBox {
  private static final double LEAST = 0.25;
  private static final double MOST = 4;
  private static final double STEP = 0.05;

  private final ExploreModel model;
  private final Slider slider = new Slider(LEAST, MOST, 1);
  private final Label factor = new Label();
  private final Button reset = new Button("as trained");
  private final Label[][] cells = new Label[2][3];
  private boolean following;

  WhatIf(ExploreModel model, ExploreController controller) {
    this.model = model;
    slider.setId("capacity-factor");
    slider.setBlockIncrement(STEP);
    HBox.setHgrow(slider, Priority.ALWAYS);
    factor.getStyleClass().add("mono");
    factor.setMinWidth(40);
    factor.setAlignment(Pos.CENTER_RIGHT);
    reset.getStyleClass().addAll("sy-button", "small");
    reset.setId("as-trained");
    reset.setMinWidth(Region.USE_PREF_SIZE);
    reset.setOnAction(e -> model.capacityFactor.set(null));
    Label word = Glossary.label(Term.CAPACITY_FACTOR, "capacity factor");
    word.setMinWidth(Region.USE_PREF_SIZE);
    HBox control = new HBox(10, word, slider, factor);
    control.setAlignment(Pos.CENTER_LEFT);
    Card card = new Card("What if", "same text, same weights", new VBox(10, control, table()));
    card.withTools(reset);
    card.setMinHeight(Region.USE_PREF_SIZE);
    getChildren().add(card);
    setMinHeight(Region.USE_PREF_SIZE);
    slider
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              double rounded = Math.round(now.doubleValue() / STEP) * STEP;
              if (!following && !Objects.equals(model.capacityFactor.get(), rounded)) {
                model.capacityFactor.set(rounded);
              }
            });
    model.capacityFactor.subscribe(f -> follow());
    model.subject.subscribe(s -> follow());
    model.trace.subscribe(t -> show());
    model.layer.subscribe(l -> show());
  }

  private GridPane table() {
    GridPane table = new GridPane(8, 5);
    table.getStyleClass().add("figures-table");
    ColumnConstraints first = new ColumnConstraints();
    first.setHgrow(Priority.ALWAYS);
    table.getColumnConstraints().add(first);
    for (int c = 0; c < 3; c++) {
      ColumnConstraints column = new ColumnConstraints(64);
      column.setHalignment(HPos.RIGHT);
      table.getColumnConstraints().add(column);
      Label head = new Label(new String[] {"as trained", "what if", "change"}[c]);
      head.getStyleClass().add("muted");
      head.setMinWidth(Region.USE_PREF_SIZE);
      table.add(head, c + 1, 0);
    }
    table.add(Glossary.label(Term.DROPPED, "dropped"), 0, 1);
    table.add(Glossary.label(Term.CROSS_ENTROPY, "cross entropy"), 0, 2);
    for (int r = 0; r < 2; r++) {
      for (int c = 0; c < 3; c++) {
        cells[r][c] = new Label("–");
        cells[r][c].getStyleClass().add("mono");
        table.add(cells[r][c], c + 1, r + 1);
      }
    }
    return table;
  }

  private void follow() {
    if (model.subject.get() == null) {
      return;
    }
    Double asked = model.capacityFactor.get();
    double value = asked == null ? model.subject.get().capacityFactor() : asked;
    following = true;
    slider.setMax(Math.max(MOST, model.subject.get().capacityFactor() * 2));
    slider.setValue(value);
    following = false;
    factor.setText(Figures.decimal(value, 2));
    reset.setDisable(asked == null);
    show();
  }

  private void show() {
    RoutingTrace before = model.untouched.get();
    RoutingTrace after = model.trace.get();
    if (before == null || after == null) {
      for (Label[] row : cells) {
        for (Label cell : row) {
          cell.setText("–");
        }
      }
      return;
    }
    int droppedBefore = dropped(before);
    int droppedAfter = dropped(after);
    cells[0][0].setText(Figures.whole(droppedBefore));
    cells[0][1].setText(Figures.whole(droppedAfter));
    change(cells[0][2], droppedAfter - droppedBefore, 0);
    cells[1][0].setText(Figures.decimal(before.crossEntropy(), 3));
    cells[1][1].setText(Figures.decimal(after.crossEntropy(), 3));
    change(cells[1][2], after.crossEntropy() - before.crossEntropy(), 3);
  }

  private static int dropped(RoutingTrace trace) {
    return trace.layers().stream().mapToInt(LayerRouting::dropped).sum();
  }

  private static void change(Label cell, double change, int decimals) {
    String text = Figures.decimal(Math.abs(change), decimals);
    boolean none = text.matches("[0.]+") || !Double.isFinite(change);
    cell.setText(none ? "–" : (change > 0 ? "+" : "−") + text);
    cell.pseudoClassStateChanged(PseudoClass.getPseudoClass("better"), !none && change < 0);
    cell.pseudoClassStateChanged(PseudoClass.getPseudoClass("worse"), !none && change > 0);
  }
}
