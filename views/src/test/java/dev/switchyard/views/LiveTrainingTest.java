package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.chart.BatchRows;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LoadHeatmap;
import dev.switchyard.views.chart.ProbeRows;
import dev.switchyard.views.fake.FakeReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ListView;
import javafx.scene.control.MenuButton;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
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
  void nothingAroundAHeatmapIsDrawnAnewWithIt() {
    for (Node each = find("#load-heatmap", LoadHeatmap.class);
        each != null;
        each = each.getParent()) {
      assertThat(each.isCache()).as(each.toString()).isFalse();
    }
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
          if (chart.content().lines().isEmpty()) {
            return false;
          }
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
  void atAPauseTheRunIsChangedAndTheChangeStandsInHistoryAndOnTheCharts() {
    run().trainTo(120);
    press("#pause");
    press("#change");
    until("the form is seen", () -> seen("#change-form"));
    assertThat(find("#change-apply", Button.class).isDisabled()).isTrue();
    assertThat(stage.getScene().getFocusOwner().getId()).isEqualTo("change-learning_rate");
    write("#change-learning_rate", "fast");
    untilText(
        "#change-problem-learning_rate",
        "learning_rate is \"fast\", but must be a number, such as 0.5.");
    write("#change-learning_rate", "0.0005");
    write("#change-router_aux_loss_coef", "0.03");
    untilText("#change-summary", "learning_rate 0.005 → 0.0005\nrouter_aux_loss_coef 0.01 → 0.03");
    press("#change-apply");
    until("it is put away", () -> !seen("#change-form"));
    assertThat(run().commands).last().asString().startsWith("change ");
    assertThat(run().config().training().learningRate()).isEqualTo(0.0005);
    LineChartPane chart = find("#dropped-chart", LineChartPane.class);
    until("it is marked", () -> !chart.content().marks().isEmpty());
    assertThat(chart.content().marks().getFirst())
        .isEqualTo(new LineChartPane.Mark(120, "rate 0.005 → 0.0005 +1"));
    assertThat(
            find("#history", ListView.class).getItems().stream()
                .map(event -> ((RunEvent) event).text()))
        .contains(
            "Checkpoint of step 120",
            "learning_rate 0.005 → 0.0005, router_aux_loss_coef 0.01 → 0.03");
    press("#resume");
    untilText("#state", "training");
  }

  @Test
  void everyWeightIsInspectedAsItIsAtTheMoment() {
    run().trainTo(30);
    press("#pause");
    press("#inspect-weights");
    until("the inspector is seen", () -> seen("#weights"));
    assertThat(run().commands).contains("currentWeights");
  }

  @Test
  void theRoutingOfTheProbesIsFollowedAndScrubbed() {
    run().trainTo(300);
    untilText("#step-number", "300");
    ProbeRows rows = find("#probe-rows", ProbeRows.class);
    until("seven looks are shown", () -> rows.rows().size() == 7);
    untilText("#probe-at", "step 300");
    ProbeReport.Layer now = FakeReports.probes(300, 8).probes().getFirst().layers().getFirst();
    ProbeReport.Layer before = FakeReports.probes(250, 8).probes().getFirst().layers().getFirst();
    assertThat(rows.rows().getLast().layer()).isEqualTo(now);
    assertThat(rows.rows().getLast().changed()).isEqualTo(now.changed(before));
    interact(() -> find("#probe-step", Slider.class).setValue(2));
    untilText("#probe-at", "step 100");
    run().trainTo(350);
    until("the new look is there", () -> rows.rows().size() == 8);
    assertThat(text("#probe-at")).isEqualTo("step 100");
    interact(() -> find("#probe-step", Slider.class).setValue(7));
    run().trainTo(400);
    untilText("#probe-at", "step 400");
  }

  @Test
  void closingTheRunGoesOnInTheBackground() {
    run().trainTo(10);
    interact(() -> stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST)));
    until("it asks", () -> seen("#question"));
    press("#go-on-in-background");
    until("the window is closed", () -> !stage.isShowing());
    assertThat(run().commands).startsWith("start", "stop");
    assertThat(workbench.inBackground).containsExactly(run().folder());
  }

  @Test
  void aRunOfAnotherProcessIsFoundFollowedAndLeftAlone() {
    press("#stop");
    untilText("#state", "finished");
    Path other = runs.resolve("other");
    workbench.elsewhere.add(other);
    workbench.summaries.add(
        new Workbench.RunSummary(
            other, "other", "running", 60, 900, 3.2, "8 experts", System.currentTimeMillis()));
    press("#rail-start");
    press("#rail-train");
    interact(() -> window.newRun(null, List.of()));
    press("#follow-other");
    untilText("#run-name", "other");
    assertThat(seen("#elsewhere")).isTrue();
    assertThat(seen("#change")).isFalse();
    run().trainTo(80);
    untilText("#step-number", "80");
    press("#pause");
    untilText("#state", "paused");
    assertThat(seen("#change")).isFalse();
    interact(() -> stage.fireEvent(new WindowEvent(stage, WindowEvent.WINDOW_CLOSE_REQUEST)));
    until("the window is closed", () -> !stage.isShowing());
    assertThat(run().commands).startsWith("pause").doesNotContain("stop");
  }

  @Test
  void aRunOfAnotherProcessIsFollowedFromTheStartPageToo() {
    workbench.elsewhere.add(runs.resolve("other"));
    interact(() -> window.resume(runs.resolve("other")));
    untilText("#run-name", "other");
    assertThat(seen("#elsewhere")).isTrue();
  }

  @Test
  void aFailedRunGoesOnFromItsCheckpointWithAChange() {
    run().trainTo(20);
    run().fail("Step 21: the loss is not a number. Go on with a lower learning_rate.");
    until("it says so", () -> seen("#failure"));
    press("#go-on-changed");
    untilText("#change-summary", "learning_rate 0.005 → 0.0025");
    press("#change-apply");
    until("it goes on", () -> workbench.opened.size() == 2 && text("#state").equals("training"));
    assertThat(run().config().training().learningRate()).isEqualTo(0.0025);
  }

  @Test
  void everyMeasureOfTheRoutersHasItsLines() {
    run().trainTo(100);
    untilText("#step-number", "100");
    StepReport last = FakeReports.report(100, 8, true);
    for (String measure : List.of("z-loss", "updates")) {
      choose("#choice-balance-chart", measure);
    }
    LineChartPane updates = find("#balance-chart", LineChartPane.class);
    assertThat(updates.content().lines().stream().map(LineChartPane.Line::name))
        .containsExactlyInAnyOrderElementsOf(last.model().updateRatios().keySet());
    LineChartPane.Line experts = updates.content().lines().getFirst();
    assertThat(experts.y()[experts.y().length - 1])
        .isEqualTo(last.model().updateRatios().get(experts.name()));
    choose("#choice-dropped-chart", "entropy");
    LineChartPane entropy = find("#dropped-chart", LineChartPane.class);
    assertThat(entropy.content().lines()).hasSize(4);
    double[] first = entropy.content().lines().getFirst().y();
    assertThat(first[0])
        .isEqualTo(FakeReports.report(1, 8, true).model().layers().getFirst().entropy());
  }

  private void choose(String choice, String name) {
    interact(
        () ->
            lookup(choice).query().lookupAll(".toggle-button").stream()
                .map(ToggleButton.class::cast)
                .filter(button -> button.getText().equals(name))
                .forEach(button -> button.setSelected(true)));
  }

  @Test
  void theTokensOfTheBatchAreSeenAndOnlyAskedForWhileTheyAre() throws IOException {
    run().trainTo(1);
    untilText("#step-number", "1");
    assertThat(run().isAskedForBatch()).isFalse();
    press("#batch-tokens");
    until("the next batch is asked for", () -> run().isAskedForBatch());
    run().trainTo(2);
    until("it is there", () -> text("#batch-summary").startsWith("step 2 · 51 tokens · 5 dropped"));
    BatchRows rows = find("#batch-rows", BatchRows.class);
    interact(() -> rows.choose(8));
    assertThat(text("#batch-fate"))
        .isEqualTo(
            "“tide”, row 0, token 8: dropped: place 7 at expert %d, which takes 6. The layer adds nothing to it."
                .formatted(FakeReports.batch(2, 8).layers().getFirst().expert(8)));
    interact(() -> rows.choose(9));
    assertThat(text("#batch-fate")).contains("“names”", "kept by expert", "place 4 of 6, gate");
    interact(() -> rows.choose(51));
    assertThat(text("#batch-fate")).endsWith("padding, not routed");

    until("the one after is asked for", () -> run().isAskedForBatch());
    choose("#batch-hold", "hold");
    run().trainTo(9);
    untilText("#step-number", "9");
    assertThat(text("#batch-summary")).as("held, though another had come").startsWith("step 2");
    assertThat(run().isAskedForBatch()).isFalse();
    for (String extension : List.of("png", "svg", "csv")) {
      pick("#export-batch-rows", "save-" + extension);
    }
    until("all is saved", () -> prompt.saved.stream().allMatch(Files::exists));
    assertThat(prompt.saved).hasSize(3);
    assertThat(prompt.saved.get(1)).content().contains("kiln");
    List<String> lines = Files.readAllLines(prompt.saved.getLast());
    assertThat(lines).hasSize(1 + 52).startsWith("row,token,text,expert,gate,place,capacity,kept");
    assertThat(lines.get(9)).startsWith("0,8,tide,").endsWith(",7,6,0");
    press("#batch-tokens");
    assertThat(seen("#load-heatmap")).isTrue();
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
        pick("#export-" + chart, "save-" + extension);
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
    assertThat(seen("#train-form")).isFalse(); // nor while the recording is read
    untilText("#state", "replay");
    until("it plays", () -> !text("#step-number").equals("0"));
    press("#play");
    untilText("#play", "Play");
    interact(() -> find("#position", Slider.class).setValue(450));
    untilText("#step-number", "450");
    ProbeRows probes = find("#probe-rows", ProbeRows.class);
    until("looks up to step 450", () -> probes.rows().size() == 10);
    interact(() -> find("#position", Slider.class).setValue(30));
    untilText("#step-number", "30");
    until(
        "the heatmap goes back too",
        () -> find("#load-heatmap", LoadHeatmap.class).content().columns() == 30);
    assertThat(run().commands).containsExactly("start");
  }
}
