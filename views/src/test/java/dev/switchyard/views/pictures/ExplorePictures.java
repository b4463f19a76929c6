package dev.switchyard.views.pictures;

import dev.switchyard.views.chart.ExpertQueues;
import dev.switchyard.views.chart.TokenGrid;
import javafx.scene.control.Slider;

/** The explorer: its pages, a what-if, what is written, several sentences. */
final class ExplorePictures {
  private ExplorePictures() {}

  static void draw(Look look) throws Exception {
    try (PicturedWindow window = PicturedWindow.withRuns(look)) {
      window.press("#hero-explore");
      routing(window);
      pages(window);
      writing(window);
      sentences(window);
      over(window);
    }
  }

  private static void routing(PicturedWindow window) throws Exception {
    PicturedWindow.fx(
        () -> {
          TokenGrid grid = window.find("#grid", TokenGrid.class);
          window.pressAt(grid, grid.centerOf(1, 6));
        });
    window.settle();
    window.save("explore");
    PicturedWindow.fx(
        () -> {
          ExpertQueues queues = window.find("#queues", ExpertQueues.class);
          window.pressAt(queues, queues.centerOf(2));
          window.find("#capacity-factor", Slider.class).setValue(1.75);
        });
    window.settle();
    window.press("#expert-switch-3");
    window.save("explore-what-if");
  }

  private static void pages(PicturedWindow window) throws Exception {
    window.page("#pages", "Flow");
    window.save("explore-flow");
    window.page("#flow-through", "Layer to layer");
    window.save("explore-flow-layers");
    window.page("#pages", "Experts");
    window.save("explore-experts-before");
    window.press("#survey");
    window.save("explore-experts");
    window.page("#pages", "Text");
    window.press("#as-trained");
  }

  private static void writing(PicturedWindow window) throws Exception {
    String before = window.text("#text");
    window.page("#pages", "Generate");
    window.save("explore-generate-before");
    window.write("#text", "the ferry carries ___ across the river");
    window.press("#write");
    window.press("#step-before");
    window.save("explore-generate");
    window.press("#expert-switch-3");
    window.save("explore-generate-what-if");
    window.press("#as-trained");
    window.press("#write-close");
    window.write("#text", before);
  }

  private static void sentences(PicturedWindow window) throws Exception {
    String before = window.text("#text");
    window.write("#text", before + "\nseven cold coins\nthe bell rings");
    window.press("#sentence-after");
    window.save("explore-sentences");
    window.write("#text", before);
  }

  /** What stands over the window. */
  private static void over(PicturedWindow window) throws Exception {
    window.menu("#models", true);
    window.capture("explore-models");
    window.menu("#models", false);
    window.pointAt("#token-gate", 10, 10);
    window.capture("explore-term");
  }
}
