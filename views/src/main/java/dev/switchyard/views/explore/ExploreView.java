package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.chart.ExpertLegend;
import dev.switchyard.views.chart.ExpertQueues;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.TokenChips;
import dev.switchyard.views.chart.TokenGrid;
import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.WrittenText;
import dev.switchyard.views.generate.GenerateController;
import dev.switchyard.views.preference.PreferenceController;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.stream.IntStream;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Insets;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the explorer. */
final class ExploreView extends BorderPane {
  private static final double SIDE = 352;
  private static final String GRID = "Tokens by layers";
  private static final String HOW_TO_READ =
      "one column a token, one row a Switch layer; brightness is the gate, a red ring a dropped"
          + " token";

  /** A card's padding and title. */
  private static final double CARD_FRAME = 76;

  private static final int LAYERS_SIDE_BY_SIDE = 8;

  private final ExploreModel model;
  private final ExploreController controller;
  private final GenerateController generate;
  private final TokenChips chips;
  private final TokenGrid grid;
  private final ExpertQueues queues;
  private final Choice<Integer> layers;
  private List<String> layerNames = List.of();
  private Label summary;
  private Card gridCard;
  private final Label drops = new Label();
  private final ExpertLegend legend = new ExpertLegend();

  ExploreView(
      ExploreModel model,
      ObservableValue<Theme> theme,
      ExploreController controller,
      ExploreActions actions,
      GenerateController generate,
      PreferenceController preferences,
      Saving saving) {
    this.model = model;
    this.generate = generate;
    this.controller = controller;
    setId("explore");
    chips = new TokenChips(theme);
    chips.setId("chips");
    grid = new TokenGrid(theme);
    grid.setId("grid");
    queues = new ExpertQueues(theme);
    queues.setId("queues");
    layers = new Choice<>(LAYERS_SIDE_BY_SIDE, this::layerName);
    layers.setId("layers");
    setTop(ExploreBar.of(model, controller, saving.prompt()));
    VBox side =
        new VBox(
            12,
            new TokenInspector(model, theme, controller),
            new WhatIfCard(model, controller.routing(), actions),
            new ExpertInspector(model, theme, controller));
    VBox.setVgrow(side.getChildren().getFirst(), Priority.SOMETIMES);
    VBox.setVgrow(side.getChildren().getLast(), Priority.ALWAYS);
    VBox text = new VBox(12, gridCard(saving), queuesCard(saving));
    StackPane pages =
        new StackPane(
            on(Page.TEXT, text),
            on(Page.FLOW, new FlowCard(model, theme, controller, saving)),
            on(Page.EXPERTS, preferences.view()),
            on(Page.GENERATE, generate.view()));
    VBox.setVgrow(pages, Priority.ALWAYS);
    Node textCard = textCard(actions);
    textCard.visibleProperty().bind(model.page.isNotEqualTo(Page.EXPERTS));
    textCard.managedProperty().bind(textCard.visibleProperty());
    VBox main = new VBox(12, textCard, pages);
    // A scroll pane would take the keyboard from whatever in it was clicked.
    main.addEventHandler(MouseEvent.MOUSE_PRESSED, MouseEvent::consume);
    ScrollPane left = scrolled(main);
    HBox.setHgrow(left, Priority.ALWAYS);
    left.setMinWidth(0);
    ScrollPane right = scrolled(side);
    right.setMinWidth(SIDE);
    right.setPrefWidth(SIDE);
    Beside content = new Beside(left, right, 1000, 640, 1000);
    content.getStyleClass().add("screen");
    EmptyState empty = empty();
    content.visibleProperty().bind(model.subject.isNotNull());
    empty.visibleProperty().bind(model.subject.isNull());
    setCenter(new StackPane(content, empty));
    follow();
  }

  /** A column scrolls where the window is too low for it. */
  private static ScrollPane scrolled(VBox column) {
    ScrollPane scrolled = new ScrollPane(column);
    scrolled.setFitToWidth(true);
    scrolled.setFitToHeight(true);
    scrolled.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
    scrolled.getStyleClass().addAll("edge-to-edge", "form-scroll");
    return scrolled;
  }

  private Node on(Page page, Node content) {
    content.visibleProperty().bind(model.page.isEqualTo(page));
    content.managedProperty().bind(content.visibleProperty());
    return content;
  }

  private EmptyState empty() {
    EmptyState empty =
        new EmptyState(
            Feather.SEARCH,
            "No model is open",
            "Choose one at the top: a sample, one of your runs, or a model folder.");
    ((Label) empty.getChildren().get(1))
        .textProperty()
        .bind(
            Bindings.when(model.opening.isEmpty())
                .then("No model is open")
                .otherwise(Bindings.concat("Opening ", model.opening, " …")));
    return empty;
  }

  private String layerName(int index) {
    RoutingTrace trace = model.trace.get();
    return trace == null || index >= trace.layers().size()
        ? ""
        : Figures.layer(trace.layers().get(index).name());
  }

  private Card textCard(ExploreActions actions) {
    WrittenText text = new WrittenText();
    text.setId("text");
    text.setPromptText("Type or paste a text: every token's way is shown as you type.");
    text.textProperty().bindBidirectional(model.text);
    text.setPrefRowCount(2);
    // Two lines; of several sentences three.
    text.minHeightProperty()
        .bind(Bindings.when(model.sentences.greaterThan(1)).then(70).otherwise(54));
    text.prefHeightProperty().bind(text.minHeightProperty());
    Label problem = new Label();
    problem.setId("text-problem");
    problem.getStyleClass().add("problem");
    problem.setWrapText(true);
    problem.textProperty().bind(model.problem);
    problem.managedProperty().bind(model.problem.isNotEmpty());
    problem.visibleProperty().bind(model.problem.isNotEmpty());
    chips.setOnToken(token -> controller.choose(model.layer.get(), token));
    // The flow has the tokens itself.
    chips.visibleProperty().bind(model.page.isNotEqualTo(Page.FLOW));
    chips.managedProperty().bind(chips.visibleProperty());
    Glossary.explain(drops, Term.DROPPED);
    drops.setId("drops");
    drops.getStyleClass().add("dropped-text");
    VBox content = new VBox(10, text, problem, new SentenceBar(model, actions), chips);
    Card card = new Card("Where each token goes", "", content);
    card.withTools(generate.button(), examples(actions.example), layers);
    card.withRemark(drops);
    summary = card.subtitle();
    Glossary.explain(summary, Term.CAPACITY);
    card.setMinHeight(Region.USE_PREF_SIZE);
    return card;
  }

  private static Node examples(Action action) {
    Button next = new Button("Another example");
    next.setId("example");
    next.getStyleClass().addAll("sy-button", "small");
    next.setMinWidth(Region.USE_PREF_SIZE);
    next.setOnAction(e -> action.run());
    action.tell(next);
    next.managedProperty().bind(next.visibleProperty());
    next.visibleProperty().bind(action.enabled());
    return next;
  }

  private Card gridCard(Saving saving) {
    grid.setOnCell(controller::choose);
    Card card = new Card(GRID, HOW_TO_READ, grid);
    Glossary.explain(card.subtitle(), Term.GATE);
    ExportMenu export =
        ExportMenu.ofChart(saving, () -> GRID, () -> grid.export(GRID, RoutingData.taken(model)));
    export.setId("save-routing");
    card.withTools(legend, export);
    gridCard = card;
    VBox.setVgrow(card, Priority.ALWAYS);
    return card;
  }

  private Card queuesCard(Saving saving) {
    queues.setOnExpert(controller::chooseExpert);
    Card card =
        new Card(
            "Experts", "filled: tokens kept; dashed: dropped; click one for its tokens", queues);
    card.title()
        .textProperty()
        .bind(
            Bindings.createStringBinding(
                () ->
                    model.routing() == null
                        ? "Experts"
                        : "Experts in " + Figures.layerInWords(model.routing().name()),
                model.trace,
                model.layer));
    ExportMenu export =
        ExportMenu.ofChart(
            saving, card.title()::getText, () -> queues.export(card.title().getText()));
    export.setId("export-queues");
    export.visibleProperty().bind(model.trace.isNotNull());
    card.withTools(export);
    Glossary.explain(card.title(), Term.EXPERT);
    Glossary.explain(card.subtitle(), Term.CAPACITY);
    card.setPrefHeight(230);
    VBox.setVgrow(card, Priority.ALWAYS);
    return card;
  }

  private void follow() {
    model.trace.subscribe(this::showTrace);
    model.layer.subscribe(l -> showChoice());
    model.token.subscribe(t -> showChoice());
    model.expert.subscribe(e -> showChoice());
    layers
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null && model.trace.get() != null) {
                controller.chooseLayer(now);
              }
            });
    setPadding(Insets.EMPTY);
  }

  private void showTrace(RoutingTrace trace) {
    List<String> names =
        trace == null ? List.of() : trace.layers().stream().map(LayerRouting::name).toList();
    if (!names.equals(layerNames)) { // new buttons cost more than a new picture
      layerNames = names;
      layers.setItems(List.of());
      layers.valueProperty().set(model.layer.get());
      layers.setItems(IntStream.range(0, names.size()).boxed().toList());
    }
    showChoice();
    gridCard.setMaxHeight(grid.mostHeight() + CARD_FRAME);
  }

  private void showChoice() {
    LayerRouting routing = model.routing();
    layers.valueProperty().set(model.layer.get());
    chips.show(model.tokens(), routing, model.token.get(), model.expert.get());
    grid.show(
        model.trace.get(),
        model.untouched.get(),
        model.difference.get(),
        model.layer.get(),
        model.token.get(),
        model.expert.get());
    gridCard
        .subtitle()
        .setText(
            model.difference.get() == null
                ? HOW_TO_READ
                : "a strip above a cell says what the token was before the what-if");
    queues.show(routing, model.expert.get());
    legend.show(routing == null ? 0 : routing.experts());
    if (routing == null) {
      summary.setText("a token has the colour of its expert");
      drops.setText("");
      return;
    }
    int dropped = routing.dropped();
    summary.setText(
        "%s, each in its expert’s colour · capacity %d"
            .formatted(Figures.count(routing.expert().length, "token"), routing.capacity()));
    drops.setText(dropped == 0 ? "none dropped" : dropped + " dropped (dashed)");
    drops.pseudoClassStateChanged(javafx.css.PseudoClass.getPseudoClass("some"), dropped > 0);
  }
}
