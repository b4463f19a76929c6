package dev.switchyard.views.train.form;

import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.SettingField;
import dev.switchyard.views.component.SettingValue;
import dev.switchyard.views.component.WrittenText;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.stream.Collectors;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** The sentences whose routing is traced while the run learns, one a line. */
final class ProbesCard extends VBox {
  private static final int ROWS = 4;

  private boolean following;

  ProbesCard(TrainFormModel model) {
    SettingValue probes = model.fields.get("probes");
    WrittenText sentences = new WrittenText();
    sentences.setId("probe-sentences");
    sentences.setPrefRowCount(ROWS);
    sentences.setPromptText("Beginnings of held-out text, unless you write sentences here");
    sentences.getStyleClass().add("mono");
    probes
        .value()
        .subscribe(
            value -> {
              if (!value.equals(joined(sentences.getText()))) {
                following = true;
                sentences.setText(apart(value));
                following = false;
              }
            });
    sentences
        .textProperty()
        .addListener(
            (o, before, now) -> {
              if (!following) {
                probes.value().set(joined(now));
              }
            });
    SettingField every = new SettingField(model.fields.get("probe_every"));
    every.setMinWidth(150);
    every.setPrefWidth(150);
    VBox words = new VBox(4, sentences, SettingField.problem(probes));
    HBox.setHgrow(words, Priority.ALWAYS);
    Card card =
        new Card(
            "Probes",
            "sentences that are routed again and again while the run learns, one a line",
            new HBox(14, words, every));
    Glossary.explain(card.title(), Term.PROBE);
    getChildren().add(card);
  }

  /** As the setting has them. */
  private static String joined(String lines) {
    return lines
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" | "));
  }

  private static String apart(String value) {
    return value.replaceAll("\\s*\\|\\s*", "\n");
  }
}
