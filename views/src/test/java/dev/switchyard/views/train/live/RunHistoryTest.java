package dev.switchyard.views.train.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepTable;
import dev.switchyard.views.chart.LoadHeatmap;
import dev.switchyard.views.fake.FakeReports;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunHistoryTest {
  @Test
  void rowsThatBecomeOneKeepWhatTheirColumnSays() {
    StepTable curves =
        new StepTable(
            4, StepTable.Keep.LAST, StepTable.Keep.LEAST, StepTable.Keep.MOST, StepTable.Keep.MEAN);
    for (double v : new double[] {1, 4, 2, 8, 6}) {
      curves.add(v, v, v, v);
    }
    double[][] rows = curves.copy();
    assertThat(rows[0]).containsExactly(4, 8, 6);
    assertThat(rows[1]).containsExactly(1, 2, 6);
    assertThat(rows[2]).containsExactly(4, 8, 6);
    assertThat(rows[3]).containsExactly(2.5, 5, 6);
  }

  @Test
  void aLongRunKeepsItsFirstAndLastStepInBoundedRows() {
    RunHistory history = new RunHistory();
    for (long step = 1; step <= 10_000; step++) {
      history.add(FakeReports.report(step, 4, true));
    }
    double[] steps = history.snapshot(0).table()[RunHistory.STEP];
    assertThat(steps.length).isBetween(512, 1025);
    assertThat(steps[0]).isLessThan(20);
    assertThat(steps[steps.length - 1]).isEqualTo(10_000);
    assertThat(steps).isSorted();
  }

  @Test
  void theHeatmapOfALongRunHasTheMeanOfEachColumnsSteps() {
    LoadHistory loads = new LoadHistory(2);
    for (int step = 1; step <= 2048; step++) {
      loads.add(step, new float[] {step % 2 == 0 ? 0 : 2, 1});
    }
    LoadHeatmap.Content content = loads.copy();
    assertThat(content.columns()).isBetween(256, 512);
    assertThat(content.load()).containsOnly(1f);
    assertThat(content.lastStep()).isEqualTo(2048);
  }

  /** 24 Switch layers with 128 experts each, over 10,000 steps, with a look at probes every ten. */
  @Test
  void aLongRunOfManyExpertsStaysBounded() {
    List<String> names = IntStream.range(0, 24).mapToObj(l -> "encoder.block." + l).toList();
    StepReport like = FakeReports.report(1, 128, false, names);
    RunHistory history = new RunHistory();
    for (long step = 1; step <= 10_000; step++) {
      history.add(new StepReport(step, 1e-3, like.model(), null));
      if (step % 10 == 0) {
        history.add(FakeReports.probes(step, 128));
      }
    }
    RunHistory.Snapshot now = history.snapshot(23);
    assertThat(now.layers()).hasSize(24);
    assertThat(now.table()).hasNumberOfRows(RunHistory.LAYERS + 24 * LayerMeasure.values().length);
    assertThat(now.table()[0].length).isLessThanOrEqualTo(1025);
    assertThat(now.load().columns()).isLessThanOrEqualTo(512);
    assertThat(now.probes()).hasSizeBetween(256, ProbeLog.MOST);
    assertThat(now.probes().getFirst().step()).isEqualTo(10);
    assertThat(now.probes().getLast().step()).isEqualTo(10_000);
  }

  @Test
  void aReportThatWasHeardTwiceCountsOnce() {
    RunHistory history = new RunHistory();
    history.add(FakeReports.report(1, 4, false));
    history.add(FakeReports.report(2, 4, false));
    history.add(FakeReports.report(2, 4, false));
    history.add(FakeReports.report(1, 4, false));
    assertThat(history.version()).isEqualTo(2);
  }
}
