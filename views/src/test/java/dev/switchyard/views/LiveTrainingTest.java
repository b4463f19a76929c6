package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LoadHeatmap;
import dev.switchyard.views.fake.FakeReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.Slider;
import javafx.stage.WindowEvent;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveTrainingTest extends ScreenTest {
  @BeforeEach
  void startRun() {
    press("#rail-train");
    untilText("#run-name-field", "seven-valleys");
    press("#create");
    untilText("#state", "training");
  }

  @Test
  void showsTheNumbersOfTheReports() {
    run().trainTo(300);
    untilText("#step-number", "300");
    SpeedUp speedUp = new SpeedUp();
    FakeReports.until(300, 8, true).forEach(speedUp::add);
    StepReport last = FakeReports.report(300, 8, true);
    double most = 0;
    for (LayerReport layer : last.model().layers()) {
      for (float load : layer.load()) {
        most = Math.max(most, load);
      }
    }
    untilText("#speed-up-steps", String.format(Locale.ROOT, "%.2f×", speedUp.result().steps()));
    assertThat(text("#speed-up-time"))
        .isEqualTo(String.format(Locale.ROOT, "%.2f×", speedUp.result().time()));
    assertThat(text("#crowding")).isEqualTo(String.format(Locale.ROOT, "%.2f", most));
    assertThat(text("#balance"))
        .isEqualTo(String.format(Locale.ROOT, "%.2f", last.model().loadBalancingLoss()));
    LoadHeatmap.Content load = find("#load-heatmap", LoadHeatmap.class).content();
    assertThat(load.columns()).isEqualTo(300);
    assertThat(load.load()[299 * 8 + 5]).isEqualTo(last.model().layers().getFirst().load()[5]);
  }

  @Test
  void theBridgeJoinsTheStepsOfEqualQuality() {
    run().trainTo(400);
    untilText("#step-number", "400");
    LineChartPane chart = find("#quality-chart", LineChartPane.class);
    SpeedUp speedUp = new SpeedUp();
    FakeReports.until(400, 8, true).forEach(speedUp::add);
    until(
        "the bridge of step 400 is drawn",
        () ->
            chart.content().bridge() != null
                && chart.content().bridge().to() == speedUp.result().twinStep());
    assertThat(chart.content().bridge().from()).isEqualTo(speedUp.result().switchStep());
    assertThat(chart.content().bridge().height()).isEqualTo(-speedUp.result().quality());
  }

  @Test
  void longRunsStayBoundedInMemory() {
    run().trainTo(5000);
    untilText("#step-number", "5,000");
    LineChartPane chart = find("#quality-chart", LineChartPane.class);
    until(
        "the newest step is drawn",
        () -> {
          double[] x = chart.content().lines().getLast().x();
          return x[x.length - 1] == 5000;
        });
    assertThat(chart.content().lines().getLast().x().length).isLessThanOrEqualTo(1024);
    assertThat(find("#load-heatmap", LoadHeatmap.class).content().columns())
        .isLessThanOrEqualTo(512);
  }

  @Test
  void buttonsSteerTheRun() {
    press("#pause");
    untilText("#state", "paused");
    press("#step");
    untilText("#step-number", "1");
    press("#checkpoint");
    press("#resume");
    untilText("#state", "training");
    press("#stop");
    untilText("#state", "finished");
    assertThat(run().commands)
        .containsExactly("start", "pause", "singleStep", "checkpointNow", "resume", "stop");
  }

  @Test
  void aFailedRunShowsItsReasonAndTheProgramGoesOn() {
    run().trainTo(20);
    run().fail("Step 21: the loss is not a number (encoder.block.3).");
    untilText("#failure", "Step 21: the loss is not a number (encoder.block.3).");
    assertThat(text("#state")).isEqualTo("failed");
    press("#rail-start");
    assertThat(seen("#start-page")).isTrue();
  }

  @Test
  void theModelInTrainingOpensInTheExplorer() {
    run().trainTo(10);
    press("#explore-weights");
    untilText("#models", "seven-valleys");
    until("its tokens are shown", () -> seen("#token-title"));
    untilText("#status-training", "seven-valleys · training · step 10 of 1,000");
  }

  @Test
  void closingWhileTrainingAsksAndTakesACheckpoint() {
    interact(() -> stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST)));
    until("it asks", () -> seen("#question"));
    press("#keep-training");
    assertThat(seen("#question")).isFalse();
    assertThat(run().commands).containsExactly("start");
    interact(() -> stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST)));
    press("#stop-and-close");
    until("the window is closed", () -> !stage.isShowing());
    assertThat(run().commands).startsWith("start", "stop").endsWith("close");
  }

  @Test
  void aSecondRunWaitsForTheFirst() {
    interact(() -> window.newRun(null, List.of()));
    untilText("#run-name-field", "seven-valleys");
    write("#run-name-field", "second");
    press("#create");
    untilText(
        "#form-problem",
        "seven-valleys is still training: stop it first, or wait until it is done.");
    assertThat(workbench.opened).hasSize(1);
  }

  @Test
  void everyChartGivesItsPictureAndItsData() throws IOException {
    run().trainTo(50);
    untilText("#step-number", "50");
    for (String chart :
        List.of("quality-chart", "load-heatmap", "dropped-chart", "balance-chart")) {
      for (String extension : List.of("png", "svg", "csv")) {
        interact(
            () ->
                find("#export-" + chart, MenuButton.class).getItems().stream()
                    .filter(item -> ("save-" + extension).equals(item.getId()))
                    .forEach(MenuItem::fire));
      }
    }
    until("all is saved", () -> prompt.saved.stream().allMatch(Files::exists));
    assertThat(prompt.saved).hasSize(12).doesNotHaveDuplicates();
    for (Path file : prompt.saved) {
      if (file.toString().endsWith(".svg")) {
        assertThat(file).content().contains("<svg", "</svg", "<text");
      } else if (file.toString().endsWith(".png")) {
        assertThat(ImageIO.read(file.toFile()).getWidth()).isGreaterThan(900);
      }
    }
    assertThat(Files.readAllLines(prompt.saved.get(5)))
        .hasSize(51)
        .first()
        .isEqualTo("step,expert_0,expert_1,expert_2,expert_3,expert_4,expert_5,expert_6,expert_7");
    assertThat(Files.readAllLines(prompt.saved.get(8))).hasSize(1 + 4 * 50);
  }

  @Test
  void aFinishedRunIsTrainedFurther() {
    run().trainTo(1000);
    run().finish();
    untilText("#state", "finished");
    interact(() -> find("#go-on", MenuButton.class).show());
    interact(() -> find("#go-on", MenuButton.class).getItems().get(1).fire());
    until("it goes on", () -> workbench.opened.size() == 2 && text("#state").equals("training"));
    assertThat(run().config().training().steps()).isEqualTo(2000);
  }

  @Test
  void aRecordingIsReplayedAsIfItWereNow() {
    interact(() -> window.replay("seven-valleys"));
    untilText("#state", "replay");
    until("it plays", () -> !text("#step-number").equals("0"));
    press("#play");
    untilText("#play", "Play");
    interact(() -> find("#position", Slider.class).setValue(450));
    untilText("#step-number", "450");
    interact(() -> find("#position", Slider.class).setValue(30));
    untilText("#step-number", "30");
    until(
        "the heatmap goes back too",
        () -> find("#load-heatmap", LoadHeatmap.class).content().columns() == 30);
    assertThat(run().commands).containsExactly("start");
  }
}
