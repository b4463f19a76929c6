package dev.switchyard.views.pictures;

import javafx.scene.control.TreeTableView;

/** A model's tensors, one of them closer. */
final class InspectPictures {
  private InspectPictures() {}

  static void draw(Look look) throws Exception {
    try (PicturedWindow window = PicturedWindow.withRuns(look)) {
      window.press("#rail-inspect");
      window.save("inspect-first");
      window.write("#search-weights", "encoder");
      PicturedWindow.fx(
          () -> window.find("#weights", TreeTableView.class).getSelectionModel().select(4));
      window.settle();
      window.save("inspect");
    }
  }
}
