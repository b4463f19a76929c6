package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.views.component.Worded;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** By which rule tokens and experts find each other, and by which the experts' room is reckoned. */
final class RuleChoices extends VBox {
  private static final PseudoClass WRONG = PseudoClass.getPseudoClass("wrong");
  private static final String OWN = "";
  private static final String TREE = "tree";

  private static final List<String> SELECTIONS =
      List.of(
          OWN,
          "top_1",
          "top_2",
          "top_k",
          "no_token_left_behind",
          "batch_priority",
          "expert_choice");
  private static final List<String> RULES =
      List.of(OWN, "mesh_tensorflow", "flaxformer", "hugging_face", "dropless");

  private static final Map<String, String> WORDS =
      Map.of(
          "top_1", "top-1 (Switch)",
          "top_2", "top-2 (GShard)",
          "top_k", "top-k",
          "no_token_left_behind", "no token left behind",
          "batch_priority", "batch priority",
          "expert_choice", "expert choice",
          "mesh_tensorflow", "rounded down, 4 at least",
          "flaxformer", "rounded",
          "hugging_face", "fixed for each text",
          "dropless", "no limit");

  private final ExploreModel model;
  private final TextRouting routing;
  private final ComboBox<String> selection = new ComboBox<>();
  private final ComboBox<String> rule = new ComboBox<>();
  private final TextField perToken = new TextField();
  private boolean following;

  RuleChoices(ExploreModel model, TextRouting routing) {
    super(6);
    this.model = model;
    this.routing = routing;
    selection.setId("selection");
    rule.setId("capacity-rule");
    perToken.setId("experts-per-token");
    perToken.getStyleClass().add("compact");
    perToken.setPrefColumnCount(2);
    perToken.setMinWidth(40);
    perToken.setMaxWidth(48);
    Glossary.explain(perToken, Term.EXPERTS_PER_TOKEN);
    perToken.visibleProperty().bind(model.whatIf.map(w -> takesK(w.selection())));
    perToken.managedProperty().bind(perToken.visibleProperty());
    Label k = Glossary.label(Term.EXPERTS_PER_TOKEN, "k");
    k.visibleProperty().bind(perToken.visibleProperty());
    k.managedProperty().bind(perToken.visibleProperty());
    prepare(selection, name -> name.equals(OWN) ? "as trained: " + ownSelection() : word(name));
    prepare(rule, name -> name.equals(OWN) ? "as trained" : word(name));
    rule.getItems().setAll(RULES);
    getChildren()
        .addAll(
            row(Term.SELECTION, "routing", selection, k, perToken),
            row(Term.CAPACITY_RULE, "capacity rule", rule));
    model.subject.subscribe(s -> takeSubject());
    model.whatIf.subscribe(w -> follow());
    selection
        .valueProperty()
        .addListener((o, before, now) -> chosen(now, w -> w.withSelection(none(now), 0)));
    rule.valueProperty()
        .addListener((o, before, now) -> chosen(now, w -> w.withCapacityRule(none(now))));
    perToken.textProperty().addListener((o, before, now) -> takePerToken(now));
  }

  private static boolean takesK(String name) {
    return "top_k".equals(name)
        || "batch_priority".equals(name)
        || "no_token_left_behind".equals(name);
  }

  private static String none(String name) {
    return OWN.equals(name) ? null : name;
  }

  private static String word(String name) {
    return WORDS.getOrDefault(name, name);
  }

  private String ownSelection() {
    return model.subject.get() == null ? "" : word(model.subject.get().selection());
  }

  private static void prepare(ComboBox<String> box, Function<String, String> name) {
    box.getStyleClass().add("compact");
    box.setMaxWidth(Double.MAX_VALUE);
    box.setMinWidth(0);
    HBox.setHgrow(box, Priority.ALWAYS);
    box.setConverter(new Worded<>(name::apply));
  }

  private static Node row(Term term, String word, Node... behind) {
    Label label = Glossary.label(term, word);
    label.setMinWidth(96);
    HBox row = new HBox(8, label);
    row.getChildren().addAll(behind);
    row.setAlignment(Pos.CENTER_LEFT);
    return row;
  }

  /** Routers that decide bit by bit can't be asked otherwise. */
  private void takeSubject() {
    boolean tree = model.subject.get() != null && TREE.equals(model.subject.get().selection());
    following = true;
    selection.setValue(null);
    selection.getItems().setAll(tree ? List.of(OWN) : SELECTIONS);
    following = false;
    follow();
  }

  private void follow() {
    WhatIf whatIf = model.whatIf.get();
    following = true;
    selection.setValue(whatIf.selection() == null ? OWN : whatIf.selection());
    rule.setValue(whatIf.capacityRule() == null ? OWN : whatIf.capacityRule());
    String k = whatIf.expertsPerToken() == 0 ? "" : Integer.toString(whatIf.expertsPerToken());
    if (!perToken.getText().strip().equals(k)) {
      perToken.setText(k);
    }
    perToken.setPromptText("top_k".equals(whatIf.selection()) ? "2" : "auto");
    following = false;
  }

  private void chosen(String now, UnaryOperator<WhatIf> change) {
    if (!following && now != null) {
      routing.change(change.apply(model.whatIf.get()), "");
    }
  }

  private void takePerToken(String text) {
    Integer k = k(text.strip());
    perToken.pseudoClassStateChanged(WRONG, k == null);
    WhatIf whatIf = model.whatIf.get();
    if (!following && k != null && !Objects.equals(k, whatIf.expertsPerToken())) {
      routing.change(whatIf.withSelection(whatIf.selection(), k), "");
    }
  }

  private static Integer k(String text) {
    try {
      int k = text.isEmpty() ? 0 : Integer.parseInt(text);
      return k < 0 || (k == 0 && !text.isEmpty()) ? null : k;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
