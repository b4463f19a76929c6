package dev.switchyard.views.explore;

import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.views.words.Glossary;
import javafx.css.PseudoClass;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;

/** The seed of the jitter: a whole number; another draws other numbers. */
final class SeedField extends TextField {
  private static final PseudoClass WRONG = PseudoClass.getPseudoClass("wrong");
  private final Tooltip right =
      Glossary.tooltip(
          "Seed of the jitter",
          "A whole number. The same seed draws the same noise, another draws other noise.",
          "");

  SeedField(ExploreModel model, TextRouting routing) {
    setId("jitter-seed");
    getStyleClass().add("compact");
    setPrefColumnCount(4);
    setMinWidth(52);
    setMaxWidth(64);
    setTooltip(right);
    textProperty()
        .addListener(
            (o, before, now) -> {
              Long seed = seed(now);
              pseudoClassStateChanged(WRONG, seed == null);
              setTooltip(seed == null ? wrong(now) : right);
              WhatIf whatIf = model.whatIf.get();
              if (seed != null && seed != whatIf.seed()) {
                routing.change(whatIf.withSeed(seed), "seed");
              }
            });
    model.whatIf.subscribe(
        whatIf -> {
          Long shown = seed(getText());
          if (shown == null || shown != whatIf.seed()) {
            setText(Long.toString(whatIf.seed()));
          }
        });
  }

  private static Long seed(String text) {
    try {
      return Long.valueOf(text.strip());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static Tooltip wrong(String text) {
    return Glossary.tooltip(
        "Not a seed", "The seed is \"%s\", but must be a whole number.".formatted(text), "");
  }
}
