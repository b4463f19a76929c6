package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.QualityCurve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CurveReaderTest {
  /** Each number of a line may be read a unit in the last place off. */
  private static final Offset<Double> LAST_PLACE = within(1e-11);

  @TempDir Path folder;

  @Test
  void aShortHistoryIsReadStepByStep() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 300);
    RunCurves curves = CurveReader.of(run).readOn(share -> true);
    List<StepReport> reports = RunHistory.reports(run);
    Curve loss = curves.of(false, Quantity.LOSS);
    Curve twin = curves.of(true, Quantity.CROSS_ENTROPY);
    assertThat(loss.rows()).isEqualTo(300);
    for (int row = 0; row < 300; row++) {
      StepReport report = reports.get(row);
      assertThat(loss.steps()[row]).isEqualTo(report.step());
      assertThat(loss.tokens()[row]).isEqualTo(report.model().tokens());
      assertThat(loss.seconds()[row]).isCloseTo(report.model().seconds(), LAST_PLACE);
      assertThat(loss.mean()[row]).isCloseTo(report.model().loss(), LAST_PLACE);
      assertThat(twin.least()[row]).isCloseTo(report.twin().crossEntropy(), LAST_PLACE);
    }
    assertThat(curves.lastStep()).isEqualTo(300);
    assertThat(curves.whole()).isTrue();
    assertThat(curves.everyStep()).isTrue();
  }

  @Test
  void aLongHistoryKeepsItsExtremesInBoundedRows() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 20_000);
    RunCurves curves = CurveReader.of(run).readOn(share -> true);
    Curve curve = curves.of(false, Quantity.CROSS_ENTROPY);
    assertThat(curve.rows()).isBetween(2048, 4096);
    assertThat(curves.everyStep()).isFalse();
    double least = Double.POSITIVE_INFINITY;
    double sum = 0;
    SpeedUp speedUp = new SpeedUp();
    for (StepReport report : RunHistory.reports(run)) {
      least = Math.min(least, report.model().crossEntropy());
      sum += report.model().crossEntropy();
      speedUp.add(report);
    }
    assertThat(java.util.Arrays.stream(curve.least()).min().orElseThrow())
        .isCloseTo(least, LAST_PLACE);
    // All rows but the last stand for as many steps.
    assertThat(java.util.Arrays.stream(curve.mean()).average().orElseThrow())
        .isCloseTo(sum / 20_000, within(1e-3));
    SpeedUp.Result between = SpeedUp.between(curves.quality(), curves.twinQuality());
    assertThat(between.switchStep()).isEqualTo(speedUp.result().switchStep());
    assertThat(between.steps()).isEqualTo(speedUp.result().steps());
    assertThat(between.time()).isCloseTo(speedUp.result().time(), within(1e-9));
  }

  @Test
  void whatIsWrittenLaterIsReadOn() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    CurveReader reader = CurveReader.of(run);
    assertThat(reader.readOn(share -> true).lastStep()).isZero();
    Histories.write(run, 1, 10);
    assertThat(reader.readOn(share -> true).lastStep()).isEqualTo(10);
    String line = RunHistory.line(Histories.report(11));
    append(run, line.substring(0, 70));
    RunCurves half = reader.readOn(share -> true);
    assertThat(half.lastStep()).isEqualTo(10);
    assertThat(half.damaged()).isZero();
    append(run, line.substring(70) + "\n");
    RunCurves now = reader.readOn(share -> true);
    assertThat(now.lastStep()).isEqualTo(11);
    assertThat(reader.readOn(share -> true)).isSameAs(now);
  }

  @Test
  void aRunTakenBackToAnEarlierStepIsReadAnew() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 50);
    CurveReader reader = CurveReader.of(run);
    reader.readOn(share -> true);
    try (RandomAccessFile file =
        new RandomAccessFile(run.resolve(RunFolder.METRICS).toFile(), "rw")) {
      file.setLength(RunHistory.line(Histories.report(1)).length() + 1);
    }
    Histories.write(run, 200, 400); // longer than before
    RunCurves curves = reader.readOn(share -> true);
    assertThat(curves.of(false, Quantity.LOSS).rows()).isEqualTo(202);
    assertThat(curves.of(false, Quantity.LOSS).steps()[1]).isEqualTo(200);
  }

  @Test
  void brokenLinesArePassedOverAndCounted() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 3);
    append(run, "{\"step\":4,\"loss\":2.0,\"experts\":{\"a\":[1,2\n");
    append(run, "no JSON at all\n\n");
    append(
        run,
        "{\"step\":5,\"tokens\":7,\"loss\":\"NaN\",\"seconds\":1E-2,\"odd\":{\"a\":\"}\\\"\"}}\n");
    append(run, "{\"loss\":2}\n");
    Histories.write(run, 6, 6);
    RunCurves curves = CurveReader.of(run).readOn(share -> true);
    assertThat(curves.damaged()).isEqualTo(4);
    Curve loss = curves.of(false, Quantity.LOSS);
    assertThat(loss.steps()).containsExactly(1, 2, 3, 5, 6);
    assertThat(loss.mean()[3]).isNaN();
    assertThat(loss.seconds()[3]).isEqualTo(0.01);
  }

  @Test
  void aPartIsReadInFull() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 9000);
    RunCurves part = CurveReader.of(run).between(4000.2, 4999.7, share -> true);
    Curve loss = part.of(false, Quantity.LOSS);
    assertThat(loss.rows()).isEqualTo(999);
    assertThat(loss.steps()[0]).isEqualTo(4001);
    assertThat(loss.steps()[998]).isEqualTo(4999);
    assertThat(part.everyStep()).isTrue();
  }

  @Test
  void evaluationsOnHeldOutTextAreACurve() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 20);
    Files.writeString(
        run.resolve(RunFolder.EVENTS),
        """
        {"time":1,"step":10,"kind":"evaluation","text":"","figures":{"cross_entropy":3.5}}
        {"time":2,"step":15,"kind":"checkpoint","text":"","figures":{}}
        {"time":3,"step":20,"kind":"evaluation","text":"","figures":{"cross_entropy":3.25}}
        """);
    CurveReader reader = CurveReader.of(run);
    Curve heldOut = reader.readOn(share -> true).of(false, Quantity.HELD_OUT);
    assertThat(heldOut.steps()).containsExactly(10, 20);
    assertThat(heldOut.mean()).containsExactly(3.5, 3.25);
    assertThat(heldOut.tokens()).containsExactly(40_960, 81_920);
    Files.writeString(
        run.resolve(RunFolder.EVENTS),
        """
        {"time":4,"step":20,"kind":"finished","text":"","figures":{}}
        {"time":5,"step":18,"kind":"evaluation","text":"","figures":{"cross_entropy":3.0}}
        """,
        StandardOpenOption.APPEND);
    assertThat(reader.state()).isEqualTo("finished");
    assertThat(reader.readOn(share -> true).of(false, Quantity.HELD_OUT).rows()).isEqualTo(3);
  }

  @Test
  void readingCanBeStoppedAndGoesOn() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, 5000);
    CurveReader reader = CurveReader.of(run);
    assertThatThrownBy(() -> reader.readOn(share -> share < 0.5))
        .isInstanceOf(CancellationException.class);
    Curve curve = reader.readOn(share -> true).of(false, Quantity.LOSS);
    assertThat(curve.steps()[0]).isLessThan(3);
    assertThat(curve.steps()[curve.rows() - 1]).isEqualTo(5000);
    assertThat(java.util.Arrays.stream(curve.steps()).distinct().count()).isEqualTo(curve.rows());
  }

  @Test
  void runsWithoutAStepAndFoldersWithoutARun() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Files.delete(run.resolve(RunFolder.METRICS));
    assertThat(CurveReader.of(run).readOn(share -> true).model()).isEmpty();
    assertThatThrownBy(() -> CurveReader.of(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no run");
    assertThatThrownBy(() -> CurveReader.of(folder.resolve("absent")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("There is no run");
  }

  @Test
  void theBestPlacesOfALongDescentAreBounded() {
    QualityCurve curve = new QualityCurve();
    for (int step = 1; step <= 300_000; step++) {
      curve.add(step, step, step, 10.0 - step * 1e-5);
    }
    // Every fourth place may be all that is left of the early ones.
    double halfWay = 10.0 - 150_000 * 1e-5;
    assertThat(curve.firstAtLeastAsGood(halfWay).step()).isBetween(150_000L, 150_100L);
    assertThat(curve.best().step()).isEqualTo(300_000);
  }

  private static void append(Path run, String text) throws IOException {
    Files.writeString(run.resolve(RunFolder.METRICS), text, StandardOpenOption.APPEND);
  }
}
