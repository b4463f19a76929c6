package dev.switchyard.views.pictures;

import dev.switchyard.views.chart.TokenGrid;
import dev.switchyard.views.fake.FakeWorkbench;
import java.util.ArrayList;
import java.util.List;

/** Many experts, many layers, many tokens. */
final class HardestPictures {
  private static final int EXPERTS = 128;
  private static final int BLOCKS = 24;

  private HardestPictures() {}

  static void draw(Look look) throws Exception {
    FakeWorkbench workbench = PicturedWindow.emptyWorkbench();
    workbench.experts = EXPERTS;
    workbench.layers = layers();
    try (PicturedWindow window = new PicturedWindow(look, workbench)) {
      window.press("#hero-explore");
      window.write("#text", (window.text("#text") + " ").repeat(20));
      PicturedWindow.fx(
          () -> {
            TokenGrid grid = window.find("#grid", TokenGrid.class);
            window.pressAt(grid, grid.centerOf(2, 9));
          });
      window.settle();
      window.save("explore-128-experts");
      window.page("#pages", "Flow");
      window.save("explore-flow-128-experts");
      window.press("#rail-train");
      window.write("#setting-num_experts", "" + EXPERTS);
      window.press("#create");
      workbench.opened.getLast().trainTo(700);
      window.settle();
      window.save("live-128-experts");
    }
  }

  private static List<String> layers() {
    List<String> layers = new ArrayList<>();
    for (String stack : List.of("encoder", "decoder")) {
      for (int block = 1; block < BLOCKS; block += 2) {
        layers.add(stack + ".block." + block);
      }
    }
    return layers;
  }
}
