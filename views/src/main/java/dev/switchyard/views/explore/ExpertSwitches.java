package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import dev.switchyard.views.chart.ExpertColors;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.Set;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;

/** A button for each expert: on, switched off, forced; in the chosen layer or in every layer. */
final class ExpertSwitches extends VBox {
  private static final PseudoClass OFF = PseudoClass.getPseudoClass("off");
  private static final PseudoClass FORCED = PseudoClass.getPseudoClass("forced");

  /** Beyond this the buttons would hide the rest; the chosen expert alone has one. */
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
  private int shown = -1;

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
    getChildren().addAll(head, buttons);
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
    int wanted = many ? 1000 + model.expert.get() : experts;
    if (wanted != shown) {
      shown = wanted;
      buttons.getChildren().clear();
      if (!many) {
        for (int e = 0; e < experts; e++) {
          buttons.getChildren().add(button(e));
        }
      } else {
        fillForMany(experts);
      }
    }
    WhatIf whatIf = model.whatIf.get();
    buttons.getChildren().stream()
        .filter(Button.class::isInstance)
        .forEach(node -> state((Button) node, whatIf));
  }

  /** The changed experts and the chosen one. */
  private void fillForMany(int experts) {
    int chosen = model.expert.get();
    if (chosen >= 0 && chosen < experts) {
      buttons.getChildren().add(button(chosen));
    } else {
      Label hint = new Label("Click an expert in a chart: its switch stands here.");
      hint.getStyleClass().addAll("muted", "why");
      hint.setWrapText(true);
      buttons.getChildren().add(hint);
    }
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
