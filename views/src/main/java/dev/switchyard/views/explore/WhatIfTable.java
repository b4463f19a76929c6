package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingDifference.Change;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.stream.Collectors;
import javafx.css.PseudoClass;
import javafx.geometry.HPos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/**
 * What the what-if gives beside what the model gives: drops, loss, rerouted tokens, predictions.
 */
final class WhatIfTable extends VBox {
  private static final int MOST_PREDICTIONS = 3;
  private static final int DROPPED = 0;
  private static final int LOSS = 1;
  private static final int RIGHT = 2;

  private final ExploreModel model;
  private final GridPane table = new GridPane(8, 4);
  private final Label[][] cells = new Label[3][3];
  private final Label fates = new Label();
  private final Label predictions = new Label();

  WhatIfTable(ExploreModel model) {
    super(6);
    this.model = model;
    table.getStyleClass().add("figures-table");
    ColumnConstraints first = new ColumnConstraints();
    first.setHgrow(Priority.ALWAYS);
    table.getColumnConstraints().add(first);
    for (int c = 0; c < 3; c++) {
      ColumnConstraints column = new ColumnConstraints(62);
      column.setHalignment(HPos.RIGHT);
      table.getColumnConstraints().add(column);
      Label head = new Label(new String[] {"as trained", "what if", "change"}[c]);
      head.getStyleClass().add("muted");
      head.setMinWidth(Region.USE_PREF_SIZE);
      table.add(head, c + 1, 0);
    }
    row(DROPPED, Term.DROPPED, "dropped");
    row(LOSS, Term.CROSS_ENTROPY, "cross entropy");
    row(RIGHT, Term.PREDICTION, "right predictions");
    cells[DROPPED][1].setId("what-if-dropped");
    cells[LOSS][2].setId("what-if-loss");
    small(fates, "what-if-fates");
    Glossary.explain(fates, Term.REROUTED);
    small(predictions, "what-if-predictions");
    Glossary.explain(predictions, Term.PREDICTION);
    getChildren().addAll(table, fates, predictions);
    model.trace.subscribe(t -> show());
  }

  private static void small(Label label, String id) {
    label.setId(id);
    label.getStyleClass().addAll("muted", "why");
    label.setWrapText(true);
    label.setMinHeight(Region.USE_PREF_SIZE);
    label.managedProperty().bind(label.textProperty().isNotEmpty());
  }

  private void row(int row, Term term, String word) {
    Label label = Glossary.label(term, word);
    label.setMinWidth(Region.USE_PREF_SIZE);
    table.add(label, 0, row + 1);
    for (int c = 0; c < 3; c++) {
      cells[row][c] = new Label("–");
      cells[row][c].getStyleClass().add("mono");
      table.add(cells[row][c], c + 1, row + 1);
    }
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
      fates.setText("");
      predictions.setText("");
      return;
    }
    compare(DROPPED, before.dropped(), after.dropped(), 0, false);
    compare(LOSS, before.crossEntropy(), after.crossEntropy(), 3, false);
    compare(RIGHT, right(before), right(after), 0, true);
    RoutingDifference difference = model.difference.get();
    fates.setText(difference == null ? "" : fates(difference));
    predictions.setText(difference == null ? "" : predictions(before, after, difference));
  }

  private static long right(RoutingTrace trace) {
    return trace.predictions().stream().filter(Prediction::isRight).count();
  }

  private static String fates(RoutingDifference difference) {
    return "%d rerouted · %d dropped now · %d kept now"
        .formatted(
            difference.count(Change.REROUTED),
            difference.count(Change.DROPPED),
            difference.count(Change.KEPT));
  }

  private static String predictions(
      RoutingTrace before, RoutingTrace after, RoutingDifference difference) {
    List<Integer> changed = difference.predictions();
    String some =
        changed.stream()
            .limit(MOST_PREDICTIONS)
            .map(
                p ->
                    "\n%d %s: %s → %s"
                        .formatted(
                            p,
                            after.decoderTokens().get(p).text(),
                            before.predictions().get(p).best().text(),
                            after.predictions().get(p).best().text()))
            .collect(Collectors.joining());
    int more = changed.size() - MOST_PREDICTIONS;
    return "%s changed%s%s"
        .formatted(
            Figures.count(changed.size(), "prediction"),
            some,
            more > 0 ? "\nand %s more".formatted(Figures.whole(more)) : "");
  }

  private void compare(int row, double before, double after, int decimals, boolean moreIsBetter) {
    cells[row][0].setText(Figures.decimal(before, decimals));
    cells[row][1].setText(Figures.decimal(after, decimals));
    double change = after - before;
    String text = Figures.decimal(Math.abs(change), decimals);
    boolean none = text.matches("[0.]+") || !Double.isFinite(change);
    Label cell = cells[row][2];
    cell.setText(none ? "–" : (change > 0 ? "+" : "−") + text);
    boolean better = change > 0 == moreIsBetter;
    cell.pseudoClassStateChanged(PseudoClass.getPseudoClass("better"), !none && better);
    cell.pseudoClassStateChanged(PseudoClass.getPseudoClass("worse"), !none && !better);
  }
}
