package dev.switchyard.views.pictures;

import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.chart.BatchRows;
import dev.switchyard.views.fake.FakeRun;
import java.nio.file.Path;
import java.util.List;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.stage.WindowEvent;

/** The form, a run from its first step to its failure, one of another process, and a replay. */
final class TrainPictures {
  private TrainPictures() {}

  static void draw(Look look) throws Exception {
    try (PicturedWindow window = PicturedWindow.withRuns(look)) {
      window.press("#rail-train");
      form(window);
      window.press("#create");
      window.save("live-waiting");
      FakeRun run = window.workbench().opened.getLast();
      changed(window, run);
      paused(window);
      tokens(window);
      window.press("#resume");
      window.save("live");
      closing(window);
      failed(window, run);
      elsewhere(window);
      replay(window);
    }
  }

  private static void form(PicturedWindow window) throws Exception {
    window.save("form");
    window.write("#setting-num_experts", "many");
    window.write("#search-settings", "jitter");
    window.save("form-wrong");
    window.write("#setting-num_experts", "32");
    window.write("#search-settings", "");
    PicturedWindow.fx(
        () -> window.find("#train-form .form-scroll", ScrollPane.class).setVvalue(0.6));
    window.settle();
    window.save("form-all");
  }

  private static void changed(PicturedWindow window, FakeRun run) throws Exception {
    run.trainTo(520);
    run.pause();
    window.settle();
    window.press("#change");
    window.write("#change-learning_rate", "0.002");
    window.write("#change-router_jitter_noise", "2");
    window.save("live-change-wrong");
    window.write("#change-router_jitter_noise", "0.05");
    window.save("live-change");
    window.press("#change-apply");
    run.trainTo(780);
    window.settle();
  }

  private static void tokens(PicturedWindow window) throws Exception {
    window.press("#batch-tokens");
    window.press("#step");
    PicturedWindow.fx(() -> window.find("#batch-rows", BatchRows.class).choose(8));
    window.save("live-tokens");
    window.press("#batch-tokens");
  }

  private static void paused(PicturedWindow window) throws Exception {
    window.save("live-paused");
    window.page("#choice-dropped-chart", "entropy");
    window.page("#choice-balance-chart", "updates");
    PicturedWindow.fx(() -> window.find("#probe-step", Slider.class).setValue(3));
    window.settle();
    window.save("live-measures");
    window.pointAt("#quality-chart", 200, 120);
    window.menu("#run-name", true);
    window.capture("live-reading");
    window.menu("#run-name", false);
  }

  private static void closing(PicturedWindow window) throws Exception {
    PicturedWindow.fx(
        () ->
            window
                .stage()
                .fireEvent(new WindowEvent(window.stage(), WindowEvent.WINDOW_CLOSE_REQUEST)));
    window.settle();
    window.save("closing");
    window.press("#keep-training");
  }

  private static void failed(PicturedWindow window, FakeRun run) throws Exception {
    run.fail(
        "Step 781: the loss of the Switch model is not a number (encoder.block.3). The checkpoint"
            + " of step 750 is whole: lower the learning rate and go on from it.");
    window.settle();
    window.save("live-failed");
    window.press("#go-on-changed");
    window.save("live-failed-change");
  }

  private static void elsewhere(PicturedWindow window) throws Exception {
    Path other = window.workbench().runsFolder().resolve("night-run");
    window.workbench().elsewhere.add(other);
    window
        .workbench()
        .summaries
        .add(
            new Workbench.RunSummary(
                other,
                "night-run",
                "running",
                12_460,
                50_000,
                2.61,
                "32 experts",
                1_767_000_000_000L));
    PicturedWindow.fx(() -> window.window().newRun(null, List.of()));
    window.press("#rail-start");
    window.press("#rail-train");
    window.save("form-elsewhere");
    window.press("#follow-night-run");
    window.save("live-elsewhere");
  }

  private static void replay(PicturedWindow window) throws Exception {
    window.press("#rail-start");
    window.press("#replay-seven-valleys");
    window.press("#play");
    PicturedWindow.fx(() -> window.find("#position", Slider.class).setValue(520));
    window.settle();
    window.save("replay");
  }
}
