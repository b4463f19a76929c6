package dev.switchyard.views.pictures;

import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.fake.FakeWorkbench;
import dev.switchyard.views.fake.RunFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Three runs beside one another, one of them still in training. */
final class ComparePictures {
  private ComparePictures() {}

  static void draw(Look look) throws Exception {
    Path runs = Files.createTempDirectory("runs");
    trained(runs.resolve("eight-experts"), 1400, 1, "num_experts", 8);
    trained(runs.resolve("thirty-two-experts"), 900, 1, "num_experts", 32, "batch_size", 64);
    trained(runs.resolve("half-the-rate"), 1800, 2, "num_experts", 8, "learning_rate", 0.001);
    FakeWorkbench workbench = new FakeWorkbench(runs);
    for (String run : List.of("eight-experts", "thirty-two-experts", "half-the-rate")) {
      workbench.summaries.add(
          RunFolders.summary(runs.resolve(run), "8 experts, 4 + 4 layers, the sample corpus"));
    }
    try (PicturedWindow window = new PicturedWindow(look, workbench)) {
      window.press("#rail-compare");
      window.save("compare-empty");
      window.press("#check-half-the-rate");
      window.press("#check-eight-experts");
      try (RunFolder held = RunFolder.open(runs.resolve("thirty-two-experts"))) {
        window.press("#check-thirty-two-experts");
        window.save("compare");
        RunFolders.write(held.path(), 901, 1000, 1);
        scale(window, new LineChartPane.Scale(true, true, null));
        window.pointAt("#compare-chart", 300, 120);
        window.capture("compare-log");
        scale(window, new LineChartPane.Scale(false, false, new LineChartPane.Zoom(400, 600)));
        window.menu("#export-compare-chart", true);
        window.capture("compare-zoom");
      }
    }
  }

  private static void scale(PicturedWindow window, LineChartPane.Scale scale) throws Exception {
    PicturedWindow.fx(
        () -> window.find("#compare-chart", LineChartPane.class).scaleProperty().set(scale));
    window.settle();
  }

  private static void trained(Path folder, long steps, int slowness, Object... settings) {
    Map<String, Object> all = RunFolders.settings(settings);
    all.put("twin", true);
    RunFolders.trained(folder, all, steps, slowness);
  }
}
