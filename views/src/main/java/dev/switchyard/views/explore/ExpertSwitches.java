package dev.switchyard.views.explore;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import dev.switchyard.views.chart.ExpertColors;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;

/** A button for each expert: on, switched off, forced; in the chosen layer or in every layer. */
final class ExpertSwitches extends VBox {
  private static final PseudoClass OFF = PseudoClass.getPseudoClass("off");
  private static final PseudoClass WRONG = PseudoClass.getPseudoClass("wrong");
  private static final PseudoClass FORCED = PseudoClass.getPseudoClass("forced");

  /**
   * Beyond this the buttons would hide the rest: those that are changed and the chosen one have
   * buttons, all others are named.
   */
  private static final int MOST_BUTTONS = 32;

  /** Where a switch acts. */
  enum Scope {
    EVERY_LAYER("every layer"),
    THIS_LAYER("this layer");

    private final String title;

    Scope(String title) {
      this.title = title;
    }
  }

  private final ExploreModel model;
  private final TextRouting routing;
  private final Choice<Scope> scope = new Choice<>(2, s -> s.title);
  private final FlowPane buttons = new FlowPane(4, 4);
  private final TextField numbers = new TextField();
  private final Label problem = new Label();
  private final Region byNumber;
  private List<Integer> shown = List.of();

  ExpertSwitches(ExploreModel model, TextRouting routing) {
    super(6);
    this.model = model;
    this.routing = routing;
    scope.setId("switch-scope");
    scope.setItems(List.of(Scope.values()));
    Label label = Glossary.label(Term.SWITCHED_OFF, "experts");
    label.setMinWidth(96);
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    HBox head = new HBox(8, label, gap, scope);
    head.setAlignment(Pos.CENTER_LEFT);
    buttons.setId("expert-switches");
    byNumber = byNumber();
    getChildren().addAll(head, byNumber, problem, buttons);
    model.subject.subscribe(s -> show());
    model.whatIf.subscribe(w -> show());
    model.layer.subscribe(l -> show());
    model.trace.subscribe(t -> show());
    model.expert.subscribe(e -> show());
    scope.valueProperty().subscribe(s -> show());
  }

  private void show() {
    int experts = model.subject.get() == null ? 0 : model.subject.get().experts();
    setVisible(experts > 0);
    setManaged(experts > 0);
    boolean many = experts > MOST_BUTTONS;
    byNumber.setVisible(many);
    byNumber.setManaged(many);
    numbers.setPromptText(many ? "3, 17, %d-%d".formatted(experts - 8, experts - 1) : "");
    List<Integer> wanted =
        many ? changedAndChosen(experts) : IntStream.range(0, experts).boxed().toList();
    if (!wanted.equals(shown)) {
      shown = wanted;
      buttons.getChildren().setAll(wanted.stream().map(this::button).toList());
    }
    WhatIf whatIf = model.whatIf.get();
    buttons.getChildren().stream()
        .filter(Button.class::isInstance)
        .forEach(node -> state((Button) node, whatIf));
  }

  private List<Integer> changedAndChosen(int experts) {
    WhatIf whatIf = model.whatIf.get();
    Set<Integer> all = new TreeSet<>();
    whatIf.off().forEach(each -> all.add(each.expert()));
    whatIf.forced().forEach(each -> all.add(each.expert()));
    all.add(model.expert.get());
    return all.stream().filter(expert -> expert >= 0 && expert < experts).toList();
  }

  /** Experts of many are named by their numbers. */
  private Region byNumber() {
    numbers.setId("switch-numbers");
    numbers.setAccessibleText("experts by number");
    numbers.textProperty().subscribe(text -> say(""));
    numbers.setOnAction(e -> switchOff());
    HBox.setHgrow(numbers, Priority.ALWAYS);
    Button off = new Button("switch off");
    off.setId("switch-off");
    off.getStyleClass().addAll("sy-button", "small");
    off.setMinWidth(Region.USE_PREF_SIZE);
    off.setOnAction(e -> switchOff());
    problem.setId("switch-problem");
    problem.getStyleClass().add("problem");
    problem.setWrapText(true);
    problem.setMinHeight(Region.USE_PREF_SIZE);
    problem.managedProperty().bind(problem.visibleProperty());
    HBox row = new HBox(8, numbers, off);
    row.setAlignment(Pos.CENTER_LEFT);
    return row;
  }

  private void switchOff() {
    if (numbers.getText().isBlank()) {
      return;
    }
    try {
      WhatIf next = model.whatIf.get();
      for (int expert : ExpertNumbers.of(numbers.getText(), model.subject.get().experts())) {
        next = next.switchedOff(of(expert));
      }
      numbers.clear();
      routing.change(next, "");
    } catch (InputException e) {
      say(e.getMessage());
    }
  }

  private void say(String words) {
    problem.setText(words);
    problem.setVisible(!words.isEmpty());
    numbers.pseudoClassStateChanged(WRONG, !words.isEmpty());
  }

  private Button button(int expert) {
    Button button = new Button(Integer.toString(expert));
    button.setId("expert-switch-" + expert);
    button.setUserData(expert);
    button.getStyleClass().addAll("expert-switch", "mono");
    button.setMinWidth(Region.USE_PREF_SIZE);
    button.setOnAction(e -> next(expert));
    Glossary.onHover(
        button,
        () ->
            Glossary.tooltip(
                "Expert " + expert,
                "Click: switched off (struck through). Again: forced, every token goes to it"
                    + " (filled). Once more: as trained.",
                ""));
    return button;
  }

  private static String css(Color c) {
    return "rgb(%d,%d,%d)"
        .formatted(
            Math.round(c.getRed() * 255),
            Math.round(c.getGreen() * 255),
            Math.round(c.getBlue() * 255));
  }

  /** The expert as the scope has it. */
  private ExpertIn of(int expert) {
    LayerRouting layer = model.routing();
    return scope.valueProperty().get() == Scope.EVERY_LAYER || layer == null
        ? ExpertIn.everywhere(expert)
        : new ExpertIn(layer.name(), expert);
  }

  private void next(int expert) {
    WhatIf now = model.whatIf.get();
    ExpertIn here = of(expert);
    boolean isOff = now.off().contains(here);
    boolean isForced = now.forced().contains(here);
    routing.change(
        isOff ? now.forced(here) : isForced ? now.released(here) : now.switchedOff(here), "");
  }

  private void state(Button button, WhatIf whatIf) {
    int expert = (int) button.getUserData();
    LayerRouting layer = model.routing();
    String name = layer == null ? "" : layer.name();
    boolean off = isAmong(whatIf.off(), expert, name);
    boolean forced = isAmong(whatIf.forced(), expert, name);
    button.pseudoClassStateChanged(OFF, off);
    button.pseudoClassStateChanged(FORCED, forced);
    button.setAccessibleText(
        "expert %d %s".formatted(expert, off ? "off" : forced ? "forced" : "on"));
    Color color = ExpertColors.of(expert, model.subject.get().experts());
    String border = "-fx-border-color: %s;".formatted(css(color));
    button.setStyle(
        forced
            ? border
                + "-fx-background-color: %s; -fx-text-fill: %s;"
                    .formatted(css(color), css(ExpertColors.textOn(color)))
            : border);
  }

  /** Whether an expert of the chosen layer is among some. */
  private static boolean isAmong(Set<ExpertIn> some, int expert, String layer) {
    return some.stream()
        .anyMatch(each -> each.expert() == expert && (layer.isEmpty() || each.isIn(layer)));
  }
}
