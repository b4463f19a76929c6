package dev.switchyard.views.train.live;

import javafx.beans.binding.Bindings;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.StackPane;

/** Says in a chart's place that there is nothing to draw yet. */
final class Waiting {
  private Waiting() {}

  static Node with(LiveModel model, Node chart) {
    Label hint = new Label();
    hint.getStyleClass().add("muted");
    hint.textProperty()
        .bind(Bindings.createStringBinding(() -> why(model), model.state, model.playing));
    var none = model.snapshot.map(s -> s.newest() == null);
    hint.visibleProperty().bind(none);
    chart.visibleProperty().bind(none.map(n -> !n));
    return new StackPane(chart, hint);
  }

  private static String why(LiveModel model) {
    return switch (model.state.get()) {
      case "ready" -> "Press Start: the lines begin with the first step";
      case "running" -> "Waiting for the first step …";
      case "replay" ->
          model.playing.get()
              ? "The recording comes to its first step …"
              : "Press Play: the recording begins";
      default -> "No step was trained yet";
    };
  }
}
