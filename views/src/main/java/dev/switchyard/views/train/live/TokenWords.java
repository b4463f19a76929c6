package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepRouting.Layer;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.List;

/** What became of a batch's tokens, for people. */
final class TokenWords {
  private TokenWords() {}

  /** A layer's batch in a line. */
  static String summary(BatchRouting batch, Layer layer) {
    int routed = layer.routed();
    int dropped = layer.dropped();
    return "step %s · %s · %s dropped%s"
        .formatted(
            Figures.whole(batch.step()),
            Figures.count(routed, "token"),
            Figures.whole(dropped),
            routed == 0 ? "" : " (" + Figures.percent((double) dropped / routed) + ")");
  }

  /** One token: where it stands, which experts it asked, and what became of it. */
  static String fate(BatchRouting batch, Layer layer, int token) {
    int length = batch.rowLength(layer);
    String who =
        "“%s”, row %d, token %d: "
            .formatted(batch.tokens(layer).get(token), token / length, token % length);
    List<String> asked = new ArrayList<>();
    for (int choice = token * layer.choices(); choice < (token + 1) * layer.choices(); choice++) {
      if (layer.expert()[choice] >= 0) {
        asked.add(choice(layer, choice));
      }
    }
    if (asked.isEmpty()) {
      return who + "padding, not routed";
    }
    return who
        + String.join("; ", asked)
        + (layer.isDropped(token) ? ". The layer adds nothing to it." : "");
  }

  private static String choice(Layer layer, int choice) {
    int expert = layer.expert()[choice];
    int place = layer.position()[choice] + 1;
    if (place == 0) {
      return "expert %d was not asked".formatted(expert);
    }
    return layer.slot()[choice] >= 0
        ? "kept by expert %d, place %d of %d, gate %s"
            .formatted(expert, place, layer.capacity(), Figures.decimal(layer.gate()[choice], 3))
        : "dropped: place %d at expert %d, which takes %d"
            .formatted(place, expert, layer.capacity());
  }
}
