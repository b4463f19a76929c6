package dev.switchyard.views.preference;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Expert;
import dev.switchyard.engine.observe.ExpertPreferences.Preference;
import dev.switchyard.views.chart.ExpertColors;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import java.util.List;
import java.util.stream.Collectors;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;

/** An expert: its share of the corpus, the tokens that it prefers, and below them the labels. */
final class ExpertCell extends ListCell<Integer> {
  private static final int MOST = 8;

  private final PreferenceModel model;
  private final Rectangle swatch = new Rectangle(12, 12);
  private final Label number = new Label();
  private final Label share = new Label();
  private final Label tokens = new Label();
  private final Label labels = new Label();
  private final HBox row;

  ExpertCell(PreferenceModel model) {
    this.model = model;
    swatch.setArcWidth(4);
    swatch.setArcHeight(4);
    number.getStyleClass().add("strong");
    number.setMinWidth(78);
    share.getStyleClass().addAll("mono", "muted");
    share.setMinWidth(48);
    share.setAlignment(Pos.CENTER_RIGHT);
    tokens.getStyleClass().add("mono");
    labels.getStyleClass().addAll("mono", "muted");
    labels.managedProperty().bind(labels.textProperty().isNotEmpty());
    tokens.setMinWidth(0);
    labels.setMinWidth(0);
    VBox words = new VBox(2, tokens, labels);
    words.setAlignment(Pos.CENTER_LEFT);
    words.setMinWidth(0);
    HBox.setHgrow(words, Priority.ALWAYS);
    row = new HBox(10, swatch, number, share, words);
    row.setAlignment(Pos.CENTER_LEFT);
    row.getStyleClass().add("run-row");
    setPrefWidth(0); // as wide as the list, never wider
    setMinHeight(Region.USE_PREF_SIZE);
  }

  @Override
  protected void updateItem(Integer expert, boolean empty) {
    super.updateItem(expert, empty);
    ExpertPreferences.Layer layer = model.chosen();
    if (empty || expert == null || layer == null || expert >= layer.experts().size()) {
      setGraphic(null);
      setTooltip(null);
      return;
    }
    Expert of = layer.experts().get(expert);
    swatch.setFill(ExpertColors.of(expert, layer.experts().size()));
    number.setText("expert " + expert);
    share.setText(Figures.percent(of.share()));
    tokens.setText(of.tokens().isEmpty() ? "nothing often enough to say" : names(of.tokens()));
    labels.setText(of.labels().isEmpty() ? "" : "labels: " + names(of.labels()));
    setTooltip(
        Glossary.tooltip(
            "Expert " + expert,
            "Asked for %s times; fair would be %s of all choices."
                .formatted(
                    Figures.whole(of.asked()), Figures.percent(1.0 / layer.experts().size())),
            table(of.tokens()) + (of.labels().isEmpty() ? "" : "\n\n" + table(of.labels()))));
    setGraphic(row);
  }

  private static String names(List<Preference> some) {
    return some.stream()
        .limit(MOST)
        .map(p -> p.name() + " " + Figures.decimal(p.information(), 1))
        .collect(Collectors.joining("   "));
  }

  private static String table(List<Preference> some) {
    return some.stream()
        .map(
            p ->
                "%-14s %5s of its choices, %+.2f nats"
                    .formatted(p.name(), Figures.percent(p.share()), p.information()))
        .collect(Collectors.joining("\n"));
  }
}
