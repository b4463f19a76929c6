package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.views.chart.ExpertColors;
import dev.switchyard.views.chart.ProbabilityBars;
import dev.switchyard.views.chart.TokenPath;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.Stat;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;
import org.kordamp.ikonli.feather.Feather;

/** One token in one layer: what the router gave each expert, and what became of the token. */
final class TokenInspector extends StackPane {
  private static final PseudoClass DROPPED = PseudoClass.getPseudoClass("dropped");

  /** Four experts; in a low window the others scroll. */
  private static final double BARS_AT_LEAST = 88;

  private static final String NOT_TAKEN =
      "Dropped: the experts chose others (most probable: expert %d). The layer adds nothing to it,"
          + " it goes on by the residual connection.";

  private final ExploreModel model;
  private final Label face = new Label();
  private final Label title = new Label();
  private final Label fate = new Label();
  private final Label why = new Label();
  private final StringProperty gate = new SimpleStringProperty();
  private final StringProperty entropy = new SimpleStringProperty();
  private final StringProperty runnerUp = new SimpleStringProperty();
  private final ProbabilityBars bars;
  private final TokenPath path;
  private final Label prediction = new Label();
  private final VBox content;
  private final EmptyState empty =
      new EmptyState(
          Feather.MOUSE_POINTER,
          "Click a token",
          "Its router probabilities, its gate and its place in the queue stand here. Arrow keys"
              + " move in the grid.");

  TokenInspector(ExploreModel model, ObservableValue<Theme> theme, ExploreController controller) {
    this.model = model;
    getStyleClass().add("card");
    setId("token-inspector");
    bars = new ProbabilityBars(theme);
    bars.setMinHeight(BARS_AT_LEAST);
    Glossary.explain(bars, Term.ROUTER);
    path = new TokenPath(theme);
    path.setId("token-path");
    path.setOnLayer(layer -> controller.choose(layer, model.token.get()));
    prediction.getStyleClass().addAll("muted", "why");
    prediction.setId("token-prediction");
    prediction.setWrapText(true);
    prediction.setMinHeight(Region.USE_PREF_SIZE);
    prediction.managedProperty().bind(prediction.textProperty().isNotEmpty());
    Glossary.explain(prediction, Term.PREDICTION);
    Label everywhere = Glossary.label(Term.ROUTER, "in every layer: probabilities, gate, place");
    face.getStyleClass().addAll("token-face", "mono");
    face.setMinWidth(Region.USE_PREF_SIZE);
    title.getStyleClass().addAll("strong", "card-title");
    title.setId("token-title");
    fate.getStyleClass().addAll("muted", "fate");
    fate.setId("token-fate");
    fate.setWrapText(true);
    fate.setMinHeight(Region.USE_PREF_SIZE);
    Glossary.explain(fate, Term.QUEUE);
    VBox words = new VBox(2, title, fate);
    words.setMinWidth(0);
    HBox head = new HBox(12, face, words);
    head.setAlignment(Pos.CENTER_LEFT);
    Stat gateStat = new Stat(Term.GATE, "gate", gate);
    gateStat.setId("token-gate");
    Stat entropyStat = new Stat(Term.ENTROPY, "entropy", entropy);
    Stat runnerUpStat = new Stat(Term.RUNNER_UP, "runner-up", runnerUp);
    HBox stats = new HBox(28, gateStat, entropyStat, runnerUpStat);
    stats.setMinHeight(Region.USE_PREF_SIZE);
    why.getStyleClass().addAll("muted", "why");
    why.setWrapText(true);
    why.setMinHeight(Region.USE_PREF_SIZE);
    why.setId("token-why");
    VBox.setVgrow(bars, Priority.ALWAYS);
    content = new VBox(9, head, stats, bars, everywhere, path, why, prediction);
    getChildren().addAll(content, empty);
    model.trace.subscribe(t -> show());
    model.layer.subscribe(l -> show());
    model.token.subscribe(t -> show());
  }

  private void show() {
    boolean some = model.hasToken();
    content.setVisible(some);
    empty.setVisible(!some);
    if (!some) {
      return;
    }
    LayerRouting layer = model.routing();
    int t = model.token.get();
    path.show(model.trace.get(), model.layer.get(), t);
    prediction.setText(layer.encoder() ? "" : prediction(t));
    bars.show(layer.probabilities()[t]);
    entropy.set(Figures.decimal(entropy(layer.probabilities()[t]), 2));
    title.setText("Token %d, %s".formatted(t, Figures.layerInWords(layer.name())));
    runnerUp.set(bars.order().size() > 1 ? Integer.toString(bars.order().get(1)) : "–");
    int expert = layer.expert()[t];
    if (expert < 0) {
      showPadding();
      return;
    }
    boolean kept = layer.kept()[t];
    Color color = ExpertColors.of(expert, layer.experts());
    face.setText(shorten(model.tokens().get(t).text()));
    face.pseudoClassStateChanged(DROPPED, !kept);
    face.setStyle(
        kept
            ? "-fx-background-color: %s; -fx-text-fill: %s;"
                .formatted(css(color), css(ExpertColors.textOn(color)))
            : "");
    int place = layer.position()[t] + 1;
    List<Choice> choices = layer.choices().get(t);
    boolean taken = place > 0;
    fate.setText(
        (kept ? "kept · " : "dropped · ")
            + (taken ? places(layer, choices, kept) : "no expert took it"));
    fate.pseudoClassStateChanged(DROPPED, !kept);
    gate.set(
        choices.stream()
            .filter(choice -> choice.kept() || !kept)
            .map(choice -> Figures.decimal(choice.gate(), 3))
            .collect(Collectors.joining(" + ")));
    why.setText(
        !taken
            ? NOT_TAKEN.formatted(expert)
            : choices.size() > 1 ? reason(choices, kept) : reason(layer, expert, place, kept));
  }

  private void showPadding() {
    face.setText("·");
    face.setStyle("");
    face.pseudoClassStateChanged(DROPPED, false);
    fate.setText("padding, not routed");
    fate.pseudoClassStateChanged(DROPPED, false);
    gate.set("–");
    why.setText("Padding fills a shorter sentence up. This model neither routes nor counts it.");
  }

  /** What the model expects after a decoder's token, and expected before the what-if. */
  private String prediction(int t) {
    List<Prediction> now = model.trace.get().predictions();
    if (t >= now.size()) {
      return "";
    }
    Prediction next = now.get(t);
    String words =
        "Next token: %s with probability %s"
            .formatted(next.best().text(), Figures.decimal(next.bestProbability(), 3));
    if (next.target() != null) {
      words +=
          next.isRight()
              ? ", which is right."
              : "; right is %s with %s."
                  .formatted(next.target().text(), Figures.decimal(next.targetProbability(), 3));
    }
    List<Prediction> before = model.untouched.get().predictions();
    boolean changed =
        model.difference.get() != null && model.difference.get().predictions().contains(t);
    return changed ? words + " As trained: %s.".formatted(before.get(t).best().text()) : words;
  }

  /** Where it stood in the queues of the experts that kept it, or of all where none did. */
  private static String places(LayerRouting layer, List<Choice> choices, boolean kept) {
    return choices.stream()
        .filter(choice -> choice.kept() || !kept)
        .map(
            choice ->
                (kept ? "place %d of %d at expert %d" : "place %1$d, expert %3$d takes %2$d")
                    .formatted(choice.position() + 1, layer.capacity(), choice.expert()))
        .collect(Collectors.joining("; "));
  }

  private static String reason(List<Choice> choices, boolean kept) {
    String asked = experts(choices, choice -> true);
    if (!kept) {
      return "Dropped: it asked experts %s, and none had room. The layer adds nothing to it, it goes on by the residual connection."
          .formatted(asked);
    }
    String full = experts(choices, choice -> !choice.kept());
    return "Kept: it asked experts %s%s. What the experts make of it is multiplied by their gates and added up."
        .formatted(asked, full.isEmpty() ? "" : "; no room at " + full);
  }

  private static String experts(List<Choice> choices, Predicate<Choice> which) {
    return choices.stream()
        .filter(which)
        .map(choice -> Integer.toString(choice.expert()))
        .collect(Collectors.joining(", "));
  }

  private static String reason(LayerRouting layer, int expert, int place, boolean kept) {
    if (kept) {
      return "Kept: expert %d takes %s, and this one came as number %d. Its output is multiplied by the gate."
          .formatted(expert, Figures.count(layer.capacity(), "token"), place);
    }
    return ("Dropped: %d tokens asked for expert %d, which takes %d; this one came as number %d."
            + " The layer adds nothing to it, it goes on by the residual connection.")
        .formatted(layer.asked()[expert], expert, layer.capacity(), place);
  }

  private static double entropy(float[] probabilities) {
    double entropy = 0;
    for (float p : probabilities) {
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    return entropy;
  }

  private static String shorten(String text) {
    return text.length() > 12 ? text.substring(0, 11) + "…" : text;
  }

  private static String css(Color c) {
    return "rgb(%d,%d,%d)"
        .formatted(
            Math.round(c.getRed() * 255),
            Math.round(c.getGreen() * 255),
            Math.round(c.getBlue() * 255));
  }
}
