package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.views.chart.ExpertColors;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.beans.value.ObservableValue;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;

/** One expert in one layer: the tokens that asked for it, in the order of its queue. */
final class ExpertInspector extends StackPane {
  private static final PseudoClass DROPPED = PseudoClass.getPseudoClass("dropped");

  private static final int MOST_LIKES = 5;

  /** Two of the list. */
  private static final double TOKENS_AT_LEAST = 52;

  private final ExploreModel model;
  private final ListView<Integer> tokens = new ListView<>();
  private final Label hint =
      new Label("Click an expert at the left: the tokens that asked for it stand here.");
  private final Label likes = new Label();
  private final Card card;
  private final Rectangle swatch = new Rectangle(12, 12);

  ExpertInspector(ExploreModel model, ObservableValue<Theme> theme, ExploreController controller) {
    this.model = model;
    tokens.setId("expert-tokens");
    tokens.getStyleClass().add("plain-list");
    tokens.setCellFactory(list -> new TokenCell());
    tokens.setFixedCellSize(26);
    tokens
        .getSelectionModel()
        .selectedItemProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null) {
                controller.choose(model.layer.get(), now);
              }
            });
    hint.setWrapText(true);
    hint.getStyleClass().add("muted");
    StackPane inText = new StackPane(tokens, hint);
    StackPane.setAlignment(hint, Pos.TOP_LEFT);
    VBox.setVgrow(inText, Priority.ALWAYS);
    likes.setId("expert-likes");
    likes.getStyleClass().addAll("muted", "why");
    likes.setWrapText(true);
    likes.setMinHeight(Region.USE_PREF_SIZE);
    likes.managedProperty().bind(likes.textProperty().isNotEmpty());
    Glossary.explain(likes, Term.POINTWISE_INFORMATION);
    VBox content = new VBox(6, likes, inText);
    card = new Card("Experts’ tokens", "in the order of the queue", content);
    card.title().setId("expert-title");
    swatch.setArcWidth(4);
    swatch.setArcHeight(4);
    getChildren().add(card);
    tokens.setMinHeight(TOKENS_AT_LEAST);
    setPrefHeight(150);
    theme.subscribe(t -> show());
    model.trace.subscribe(t -> show());
    model.layer.subscribe(l -> show());
    model.expert.subscribe(e -> show());
    model.token.subscribe(t -> show());
    model.preferences.subscribe(p -> show());
  }

  private void show() {
    LayerRouting layer = model.routing();
    int expert = expert(layer);
    boolean some = layer != null && expert >= 0 && expert < layer.experts();
    hint.setVisible(!some);
    tokens.setVisible(some);
    card.title().setGraphic(some ? swatch : null);
    if (!some) {
      card.title().setText("Tokens of an expert");
      card.subtitle().setText("");
      tokens.getItems().clear();
      likes.setText("");
      return;
    }
    likes.setText(likes(layer.name(), expert));
    swatch.setFill(ExpertColors.of(expert, layer.experts()));
    card.title().setText("Expert %d, %s".formatted(expert, Figures.layerInWords(layer.name())));
    int asked = layer.queued()[expert];
    int dropped = asked - layer.taken()[expert];
    card.subtitle()
        .setText(
            "%s asked for it, %s"
                .formatted(
                    Figures.count(asked, "token"),
                    dropped == 0 ? "all kept" : dropped + " found no room"));
    List<Integer> queue =
        IntStream.range(0, layer.expert().length)
            .filter(t -> layer.choice(t, expert).isPresent())
            .boxed()
            .toList();
    if (!queue.equals(tokens.getItems())) {
      tokens.getItems().setAll(queue);
    }
    tokens.refresh();
  }

  /** What the expert takes of the corpus that was read; empty where none was. */
  private String likes(String layer, int expert) {
    ExpertPreferences found = model.preferences.get();
    if (found == null) {
      return "";
    }
    return found.layers().stream()
        .filter(l -> l.name().equals(layer) && expert < l.experts().size())
        .findFirst()
        .map(l -> likes(l.experts().get(expert)))
        .orElse("");
  }

  private static String likes(ExpertPreferences.Expert expert) {
    String labels = names(expert.labels());
    return "Over the corpus it takes %s of the tokens and likes %s%s"
        .formatted(
            Figures.percent(expert.share()),
            expert.tokens().isEmpty() ? "nothing in particular" : names(expert.tokens()),
            labels.isEmpty() ? "." : "; labels " + labels + ".");
  }

  private static String names(List<ExpertPreferences.Preference> some) {
    return some.stream()
        .limit(MOST_LIKES)
        .map(ExpertPreferences.Preference::name)
        .collect(Collectors.joining(", "));
  }

  /** The chosen expert; where none is, that of the chosen token. */
  private int expert(LayerRouting layer) {
    if (model.expert.get() != ExploreModel.NONE || layer == null || !model.hasToken()) {
      return model.expert.get();
    }
    return layer.expert()[model.token.get()];
  }

  /** A token with its number and gate. */
  private final class TokenCell extends ListCell<Integer> {
    private final Label face = new Label();
    private final Label number = new Label();
    private final Label gate = new Label();
    private final HBox row;

    TokenCell() {
      face.getStyleClass().addAll("mono");
      number.getStyleClass().addAll("muted", "mono");
      number.setMinWidth(34);
      gate.getStyleClass().addAll("muted", "mono");
      gate.setMinWidth(Region.USE_PREF_SIZE);
      Region gap = new Region();
      HBox.setHgrow(gap, Priority.ALWAYS);
      row = new HBox(8, number, face, gap, gate);
      row.setAlignment(Pos.CENTER_LEFT);
    }

    @Override
    protected void updateItem(Integer token, boolean empty) {
      super.updateItem(token, empty);
      LayerRouting layer = model.routing();
      if (empty || token == null || layer == null || token >= layer.expert().length) {
        setGraphic(null);
        return;
      }
      TokenText text = model.tokens().get(token);
      Choice choice =
          layer
              .choice(token, expert(layer))
              .orElse(new Choice(-1, layer.gate()[token], -1, layer.kept()[token]));
      boolean kept = choice.kept();
      face.setText(text.text());
      face.getStyleClass().removeAll("dropped-face");
      if (!kept) {
        face.getStyleClass().add("dropped-face");
      }
      number.setText(Integer.toString(token));
      gate.setText(kept ? Figures.decimal(choice.gate(), 2) : "no room");
      gate.pseudoClassStateChanged(DROPPED, !kept);
      setGraphic(row);
    }
  }
}
