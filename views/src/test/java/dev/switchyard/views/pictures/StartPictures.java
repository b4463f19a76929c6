package dev.switchyard.views.pictures;

/** The start page, on the first day and later. */
final class StartPictures {
  private StartPictures() {}

  static void draw(Look look) throws Exception {
    try (PicturedWindow window = new PicturedWindow(look, PicturedWindow.emptyWorkbench())) {
      window.save("start-first");
    }
    try (PicturedWindow window = PicturedWindow.withRuns(look)) {
      window.save("start");
    }
  }
}
