package dev.switchyard.views.explore;

import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.kordamp.ikonli.feather.Feather;

/** Several sentences at once: which of them is looked at, and how they share the experts. */
final class SentenceBar extends HBox {

  SentenceBar(ExploreModel model, ExploreActions actions) {
    super(8);
    setId("sentences");
    setAlignment(Pos.CENTER_LEFT);
    Button before =
        Buttons.icon("The sentence before", Feather.CHEVRON_LEFT, actions.sentenceBefore);
    before.setId("sentence-before");
    before.getStyleClass().add("small");
    Button after = Buttons.icon("The next sentence", Feather.CHEVRON_RIGHT, actions.sentenceAfter);
    after.setId("sentence-after");
    after.getStyleClass().add("small");
    Label which = new Label();
    which.setId("sentence");
    which
        .textProperty()
        .bind(
            Bindings.createStringBinding(
                () ->
                    "sentence %s of %s"
                        .formatted(
                            Figures.whole(model.row.get() + 1),
                            Figures.whole(model.sentences.get())),
                model.row,
                model.sentences));
    which.setMinWidth(Region.USE_PREF_SIZE);
    HBox steps = new HBox(4, before, which, after);
    steps.setAlignment(Pos.CENTER_LEFT);
    steps.visibleProperty().bind(model.sentences.greaterThan(1));
    steps.managedProperty().bind(steps.visibleProperty());
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    Choice<Boolean> room =
        new Choice<>(2, shared -> shared ? "share the room" : "each its own room");
    room.setId("together");
    room.setItems(List.of(false, true));
    room.valueProperty().bindBidirectional(model.together);
    Glossary.explain(room, Term.ROUTING_GROUP);
    room.visibleProperty().bind(model.sentences.greaterThan(1));
    room.managedProperty().bind(room.visibleProperty());
    Choice<Boolean> lines = new Choice<>(2, byLine -> byLine ? "a sentence a line" : "one text");
    lines.setId("by-line");
    lines.setItems(List.of(true, false));
    lines.valueProperty().bindBidirectional(model.byLine);
    getChildren().addAll(steps, gap, room, lines);
    visibleProperty()
        .bind(model.text.map(t -> t.lines().filter(line -> !line.isBlank()).count() > 1));
    managedProperty().bind(visibleProperty());
  }
}
