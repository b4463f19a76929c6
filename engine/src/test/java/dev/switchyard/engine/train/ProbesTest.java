package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same sentences are routed again and again while a run learns, and the run is none the worse.
 */
@Timeout(180)
final class ProbesTest {
  @TempDir Path folder;
  private Path text;

  @BeforeEach
  void writeText() {
    text = TinyRun.text(folder);
  }

  @Test
  void aLookIsWhatTheMicroscopeSeesAtThatStep() throws Exception {
    RunConfig config =
        TinyRun.config(text, "probes", "the signal waits | a wagon, the yard", "probe_every", 2);
    try (TrainingRun run = TrainingRuns.create(config, folder.resolve("run"))) {
      RunWatch watch = RunWatch.of(run);
      for (int i = 0; i < 2; i++) {
        run.singleStep();
        watch.next(RunState.RUNNING);
        watch.next(RunState.PAUSED);
      }
      List<String> texts = List.of("the signal waits", "a wagon, the yard");
      List<RoutingTrace> seen =
          run.microscope()
              .routeAll(
                  new Microscope.Request(
                      texts, null, false, dev.switchyard.engine.observe.WhatIf.NOTHING))
              .get();
      List<ProbeReport> looks = run.probes();
      assertThat(looks).extracting(ProbeReport::step).containsExactly(0L, 2L);
      List<ProbeReport.Probe> expected = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        expected.add(ProbeReport.Probe.of(texts.get(i), seen.get(i)));
      }
      assertThat(looks.getLast().probes()).isEqualTo(expected);
    }
  }

  /** The looks draw no random numbers and leave no trace in the model. */
  @Test
  void aRunWithProbesIsBitForBitTheRunWithout() throws Exception {
    train(TinyRun.config(text, "probe_every", 1), folder.resolve("with"));
    train(TinyRun.config(text, "probe_every", 0), folder.resolve("without"));

    List<StepReport> with = RunHistory.reports(folder.resolve("with"));
    assertThat(with.stream().map(ProbesTest::losses))
        .containsExactlyElementsOf(
            RunHistory.reports(folder.resolve("without")).stream()
                .map(ProbesTest::losses)
                .toList());
    assertThat(looks(folder.resolve("with")))
        .extracting(ProbeReport::step)
        .containsExactlyElementsOf(LongStream.rangeClosed(0, 12).boxed().toList());
    assertThat(looks(folder.resolve("without"))).isEmpty();
    for (StepReport report : with) {
      assertThat(report.model().updateRatios().keySet())
          .contains("experts", "routers", "attention", "embeddings", "norms");
      // A step of AdamW moves a weight by about the rate: at 0.01 and less, by far less than
      // itself.
      assertThat(report.model().updateRatios().values()).allMatch(r -> r > 0 && r < 1);
      assertThat(report.twin().updateRatios().keySet()).doesNotContain("experts", "routers");
    }
  }

  @Test
  void stoppedAndResumedTheProbesGoOnAsIfNothingHadBeen() throws Exception {
    RunConfig config = TinyRun.config(text, "probe_every", 3, "eval_every", 0);
    train(config, folder.resolve("whole"));
    Path broken = folder.resolve("broken");
    try (TrainingRun run = TrainingRuns.create(config, broken)) {
      RunWatch watch = RunWatch.of(run);
      for (int i = 0; i < 7; i++) {
        run.singleStep();
        watch.next(RunState.RUNNING);
        watch.next(RunState.PAUSED);
      }
    }
    try (TrainingRun run = TrainingRuns.reopen(broken, null)) {
      assertThat(run.config().training().probing().probes()).hasSizeBetween(1, 4);
      run.start();
      assertThat(run.await()).isEqualTo(RunState.FINISHED);
      assertThat(run.probes()).isEqualTo(looks(broken));
    }
    assertThat(looks(broken)).isEqualTo(looks(folder.resolve("whole")));
    assertThat(looks(broken)).extracting(ProbeReport::step).containsExactly(0L, 3L, 6L, 9L, 12L);
  }

  @Test
  void updatesOfAMeshAreThoseOfOneDevice() throws Exception {
    Object[] settings = {"probe_every", 1, "steps", 3, "routing_groups", 2, "twin", false};
    train(TinyRun.config(text, settings), folder.resolve("one"));
    train(
        TinyRun.config(text, settings)
            .with(java.util.Map.of("devices", 4, "mesh", "data=2,expert=2")),
        folder.resolve("four"));
    List<StepReport> one = RunHistory.reports(folder.resolve("one"));
    List<StepReport> four = RunHistory.reports(folder.resolve("four"));
    for (int i = 0; i < one.size(); i++) {
      var expected = one.get(i).model().updateRatios();
      // Sums are added in another order; AdamW's first steps turn on the gradients' signs alone,
      // so a gradient near 0 may move the other way.
      four.get(i)
          .model()
          .updateRatios()
          .forEach(
              (group, ratio) ->
                  assertThat(ratio)
                      .as(group)
                      .isCloseTo(
                          expected.get(group), org.assertj.core.data.Percentage.withPercentage(1)));
      assertThat(four.get(i).model().updateRatios().keySet()).isEqualTo(expected.keySet());
    }
  }

  @Test
  void whatIsWrongWithAProbeIsSaidBeforeTheRunBegins() {
    assertThatThrownBy(
            () ->
                TrainingRuns.create(
                    TinyRun.config(text, "probes", "short|" + "long ".repeat(60)),
                    folder.resolve("run")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Probe 2 has")
        .hasMessageContaining("shorten it");
    assertThatThrownBy(
            () ->
                TrainingRuns.create(
                    TinyRun.config(text, "probes", "a|".repeat(17)), folder.resolve("run")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("There are 17 probes");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void manyLooksStayBoundedWithTheFirstAndTheNewest() {
    ProbeLog log = new ProbeLog();
    for (long step = 0; step <= 20_000; step++) {
      log.add(new ProbeReport(step, List.of()));
      assertThat(log.add(new ProbeReport(step, List.of()))).isFalse();
    }
    List<Long> steps = log.snapshot().stream().map(ProbeReport::step).toList();
    assertThat(steps).hasSizeBetween(ProbeLog.MOST / 2, ProbeLog.MOST).isSorted().startsWith(0L);
    assertThat(steps.getLast()).isEqualTo(20_000L);
  }

  /** What a run of 24 layers with 128 experts remembers is a bounded number of megabytes. */
  @Test
  void reportsOfManyExpertsAreFewerButAsOldAsTheRun() {
    ReportLog log = new ReportLog();
    for (long step = 1; step <= 10_000; step++) {
      log.add(large(step));
    }
    List<StepReport> kept = log.snapshot();
    // A report has 24 x 128 loads of four bytes, and some figures.
    assertThat(kept.size() * 24L * 128 * 4).isLessThan(100L << 20);
    assertThat(kept.size()).isGreaterThan(1000);
    assertThat(kept.getLast().step()).isEqualTo(10_000);
    assertThat(kept.getFirst().step()).isLessThan(10);
    assertThat(ReportLog.newest(large(1))).isLessThan(ReportLog.NEWEST);
  }

  private static StepReport large(long step) {
    List<StepReport.LayerReport> layers = new ArrayList<>();
    for (int l = 0; l < 24; l++) {
      layers.add(new StepReport.LayerReport("layer " + l, 8, new float[128], 0, 1, 0, 0, 0));
    }
    return new StepReport(
        step, 1, new StepReport.ModelReport(step, step, 1, 1, 1, 0, 0, 0, 1, 1, layers), null);
  }

  private static List<Double> losses(StepReport report) {
    return List.of(
        report.model().loss(),
        report.model().gradientNorm(),
        report.twin().loss(),
        report.twin().gradientNorm());
  }

  private static List<ProbeReport> looks(Path run) {
    List<ProbeReport> looks = new ArrayList<>();
    RunHistory.forEachProbe(run, looks::add);
    return looks;
  }

  private static void train(RunConfig config, Path folder) throws InterruptedException {
    try (TrainingRun run = TrainingRuns.create(config, folder)) {
      run.start();
      assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
    }
  }
}
