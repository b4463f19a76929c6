package dev.switchyard.views.generate;

import dev.switchyard.engine.observe.Decoding.Strategy;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.views.chart.ProbabilityBars;
import dev.switchyard.views.chart.TokenChips;
import dev.switchyard.views.chart.TokenGrid;
import dev.switchyard.views.chart.TokenProbabilities;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.beans.InvalidationListener;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/**
 * The written text, its tokens as chips and by layers, a slider over the steps, and for one of them
 * what else it might have been and what the routers gave each expert.
 */
final class GenerateView extends StackPane {
  private static final double SIDE = 330;

  /** Two lines; more scroll. */
  private static final double WRITTEN = 34;

  /** A grid's scroll bar. */
  private static final double BAR = 12;

  private final GenerateModel model;
  private final GenerateController controller;
  private final Button button;
  private final Label text = new Label();
  private final Label untouched = new Label();
  private final TokenChips chips;
  private final TokenGrid grid;
  private final TokenProbabilities alternatives;
  private final ProbabilityBars bars;
  private final Slider slider = new Slider(0, 1, 0);
  private final Label stepTitle = new Label();
  private final Label experts = new Label();
  private final Label routerTitle = new Label();
  private boolean following;
  private final Choice<Integer> layers = new Choice<>(4, this::layerName);
  private final Card card;

  GenerateView(GenerateModel model, ObservableValue<Theme> theme, GenerateController controller) {
    this.model = model;
    this.controller = controller;
    chips = new TokenChips(theme);
    chips.setId("written-chips");
    chips.setOnToken(controller::choose);
    alternatives = new TokenProbabilities(theme);
    alternatives.setId("alternatives");
    Glossary.explain(alternatives, Term.NEXT_TOKEN);
    bars = new ProbabilityBars(theme);
    bars.setId("step-probabilities");
    Glossary.explain(bars, Term.ROUTER);
    grid = new TokenGrid(theme);
    grid.setId("written-grid");
    grid.setOnCell(controller::choose);
    button = startButton();
    HBox content = new HBox(18, written(), inspector());
    card = new Card("What the model writes", "", content);
    card.withTools(strategies(), layers, again(), close());
    Glossary.explain(card.title(), Term.GENERATION);
    card.setId("written");
    card.visibleProperty().bind(model.open);
    getChildren().addAll(empty(), card);
    setMinHeight(0);
    InvalidationListener changed = o -> show();
    model.steps.addListener(changed);
    model.step.addListener(changed);
    model.layer.addListener(changed);
    model.result.addListener(changed);
    model.untouched.addListener(changed);
    model.writing.addListener(changed);
    model.problem.addListener(changed);
    layers
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null) {
                model.layer.set(now);
              }
            });
    show();
  }

  private Node empty() {
    Button start = writeButton("write-first");
    EmptyState empty =
        new EmptyState(
            Feather.EDIT_3,
            "Nothing is written yet",
            "The model goes on with the text above, or fills its blanks (write ___ where one is),"
                + " token by token; every step can be looked at with its experts.",
            start);
    StackPane framed = new StackPane(empty);
    framed.getStyleClass().add("card");
    framed.visibleProperty().bind(model.open.not());
    return framed;
  }

  private Button startButton() {
    Button start = writeButton("write");
    start.getStyleClass().add("small");
    return start;
  }

  private Button writeButton(String id) {
    Button start = Buttons.plain("Continue", Feather.EDIT_3, controller::write);
    start.setId(id);
    start
        .textProperty()
        .bind(
            Bindings.createStringBinding(
                () -> model.fills() ? "Fill the blanks" : "Continue", model.text, model.subject));
    start
        .disableProperty()
        .bind(
            Bindings.createBooleanBinding(
                () -> model.subject.get() == null || model.text.get().isBlank(),
                model.text,
                model.subject));
    start.setTooltip(
        Glossary.tooltip(
            "Let the model write",
            "It fills the blanks of the text (write ___ or <extra_id_0> where one is), or goes on"
                + " where the text ends; token by token, each with its experts.",
            ""));
    return start;
  }

  /** The button that starts it, for another place on the screen. */
  Button button() {
    return button;
  }

  private Choice<Strategy> strategies() {
    Choice<Strategy> choice =
        new Choice<>(
            3,
            strategy ->
                switch (strategy) {
                  case GREEDY -> "Greedy";
                  case SAMPLE -> "Sample";
                  case BEAM -> "Beam";
                });
    choice.setId("strategy");
    choice.setItems(List.of(Strategy.values()));
    choice.valueProperty().bindBidirectional(model.strategy);
    Glossary.explain(choice, Term.DECODING);
    return choice;
  }

  private Button again() {
    Button again = Buttons.icon("Draw again, with another seed", Feather.REFRESH_CW, () -> {});
    again.setOnAction(e -> controller.write());
    again.setId("write-again");
    again.getStyleClass().add("small");
    again.visibleProperty().bind(model.strategy.map(GenerateController::draws));
    again.managedProperty().bind(again.visibleProperty());
    return again;
  }

  private Button close() {
    Button close = Buttons.icon("Put away", Feather.X, controller::putAway);
    close.setId("write-close");
    close.getStyleClass().add("small");
    return close;
  }

  private Region written() {
    text.setId("written-text");
    text.setWrapText(true);
    text.getStyleClass().add("written-text");
    ScrollPane scrolled = new ScrollPane(text);
    scrolled.setFitToWidth(true);
    scrolled.setMinHeight(WRITTEN);
    scrolled.setPrefHeight(WRITTEN);
    scrolled.getStyleClass().add("edge-to-edge");
    untouched.setId("written-untouched");
    untouched.getStyleClass().add("muted");
    untouched.setWrapText(true);
    untouched.setMinHeight(Region.USE_PREF_SIZE);
    untouched.managedProperty().bind(untouched.visibleProperty());
    Glossary.explain(untouched, Term.WHAT_IF_WRITING);
    VBox.setVgrow(grid, Priority.ALWAYS);
    VBox left = new VBox(10, scrolled, untouched, chips, steps(), grid);
    left.setMinWidth(0);
    HBox.setHgrow(left, Priority.ALWAYS);
    return left;
  }

  /** A slider over the steps, with the way to the one before and the next. */
  private Region steps() {
    slider.setId("step-slider");
    slider.setMajorTickUnit(1);
    slider.setMinorTickCount(0);
    slider.setSnapToTicks(true);
    slider.setBlockIncrement(1);
    slider.setAccessibleText("step");
    HBox.setHgrow(slider, Priority.ALWAYS);
    slider
        .valueProperty()
        .addListener(
            (o, was, now) -> {
              if (!following && Math.round(now.doubleValue()) != model.step.get()) {
                controller.choose((int) Math.round(now.doubleValue()));
              }
            });
    Label word = Glossary.label(Term.GENERATION, "step");
    word.setMinWidth(Region.USE_PREF_SIZE);
    HBox row = new HBox(10, word, slider);
    row.setAlignment(Pos.CENTER_LEFT);
    return row;
  }

  private Region inspector() {
    stepTitle.setId("step-title");
    stepTitle.getStyleClass().add("strong");
    Button before =
        Buttons.icon(
            "The token before",
            Feather.CHEVRON_LEFT,
            () -> controller.choose(model.step.get() - 1));
    before.setId("step-before");
    Button after =
        Buttons.icon(
            "The next token", Feather.CHEVRON_RIGHT, () -> controller.choose(model.step.get() + 1));
    after.setId("step-after");
    before.getStyleClass().add("small");
    after.getStyleClass().add("small");
    before.disableProperty().bind(model.step.lessThanOrEqualTo(0));
    after
        .disableProperty()
        .bind(model.step.greaterThanOrEqualTo(Bindings.size(model.steps).subtract(1)));
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    HBox head = new HBox(6, stepTitle, gap, before, after);
    head.setAlignment(Pos.CENTER_LEFT);
    experts.setId("step-experts");
    experts.getStyleClass().addAll("muted", "why");
    experts.setWrapText(true);
    experts.setMinHeight(Region.USE_PREF_SIZE);
    Glossary.explain(experts, Term.EXPERT);
    VBox.setVgrow(alternatives, Priority.SOMETIMES);
    alternatives.setMaxHeight(Region.USE_PREF_SIZE);
    VBox.setVgrow(bars, Priority.ALWAYS);
    routerTitle.getStyleClass().add("muted");
    routerTitle.setId("step-router");
    Glossary.explain(routerTitle, Term.ROUTER);
    VBox right = new VBox(6, head, alternatives, experts, routerTitle, bars);
    right.setMinWidth(SIDE);
    right.setPrefWidth(SIDE);
    return right;
  }

  private String layerName(int index) {
    List<String> names = model.layers();
    return index < names.size() ? Figures.layer(names.get(index)) : "";
  }

  private void show() {
    int count = model.layers().size();
    layers.setItems(count > 1 ? IntStream.range(0, count).boxed().toList() : List.of());
    layers.setVisible(count > 1);
    layers.setManaged(count > 1);
    RoutingTrace trace = model.trace();
    int layer = Math.clamp(model.layer.get(), 0, Math.max(0, count - 1));
    LayerRouting routing = trace == null || count == 0 ? null : trace.layers().get(layer);
    chips.show(model.tokens(), routing, model.step.get(), -1);
    grid.show(count == 0 ? null : trace, layer, model.step.get(), -1);
    grid.setMaxHeight(grid.mostHeight() + BAR);
    grid.setVisible(count > 0);
    grid.setManaged(count > 0);
    showSlider();
    GenerationStep step = model.chosen();
    showRouter(step, layer);
    alternatives.show(step);
    stepTitle.setText(
        step == null
            ? ""
            : "Token %d of %d: %s"
                .formatted(step.number() + 1, model.steps.size(), shorten(step.token().text())));
    experts.setText(step == null ? "" : experts(step));
    text.setText(words());
    text.getStyleClass().removeAll("problem");
    if (!model.problem.get().isEmpty()) {
      text.getStyleClass().add("problem");
    }
    card.subtitle().setText(subtitle());
    Generation without = model.untouched.get();
    untouched.setVisible(without != null);
    if (without != null) {
      untouched.setText("as trained: " + words(without));
    }
  }

  private void showSlider() {
    following = true;
    slider.setMax(Math.max(1, model.steps.size() - 1));
    slider.setDisable(model.steps.size() < 2);
    slider.setValue(Math.max(0, model.step.get()));
    following = false;
  }

  private void showRouter(GenerationStep step, int layer) {
    boolean some = step != null && layer < step.routing().size();
    bars.setVisible(some);
    routerTitle.setVisible(some);
    if (some) {
      LayerRouting routing = step.routing().get(layer);
      routerTitle.setText("router of " + Figures.layerInWords(routing.name()) + " at this step");
      bars.show(routing.probabilities()[0]);
    }
  }

  private static String experts(GenerationStep step) {
    return step.routing().isEmpty()
        ? "The decoder has no Switch layer."
        : step.routing().stream().map(GenerateView::expert).collect(Collectors.joining("  ·  "));
  }

  private static String expert(LayerRouting layer) {
    String name = Figures.layer(layer.name());
    return layer.expert()[0] < 0
        ? name + ": no expert"
        : "%s: expert %d, gate %s"
            .formatted(name, layer.expert()[0], Figures.decimal(layer.gate()[0], 2));
  }

  private String words() {
    Generation result = model.result.get();
    if (!model.problem.get().isEmpty()) {
      return model.problem.get();
    }
    return result == null ? "…" : words(result);
  }

  private static String words(Generation written) {
    return written.result().isBlank() ? "(nothing)" : written.result();
  }

  private String subtitle() {
    Generation result = model.result.get();
    if (result == null) {
      return model.writing.get() ? "writing " + Figures.count(model.steps.size(), "token") : "";
    }
    return "%s in %s ms, %s · %s"
        .formatted(
            Figures.count(result.steps().size(), "token"),
            Figures.decimal(result.milliseconds(), 0),
            result.ended() ? "to the end token" : "cut off at the longest",
            model.untouched.get() == null
                ? "colours are the experts that wrote them"
                : "%d not as trained".formatted(model.changedTokens()));
  }

  private static String shorten(String token) {
    return token.length() > 14 ? token.substring(0, 13) + "…" : token;
  }
}
