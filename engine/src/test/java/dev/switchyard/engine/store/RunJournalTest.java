package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics and events are lines that come back bit for bit, each step once. */
final class RunJournalTest {
  @TempDir Path folder;

  @Test
  void reportsAndEventsComeBackBitForBit() {
    RunEvent event = new RunEvent(123, 1, "evaluation", "a line", Map.of("cross_entropy", 0.1));
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      journal.add(report(1));
      journal.add(event);
    }

    StepReport read = RunHistory.reports(folder).getFirst();
    assertThat(read).usingRecursiveComparison().isEqualTo(report(1));
    assertThat(RunHistory.events(folder)).containsExactly(event);
  }

  @Test
  void theLastReportIsFoundWithoutReadingTheOthers() throws IOException {
    assertThat(RunHistory.lastReport(folder)).isEmpty();
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      for (int step = 1; step <= 2000; step++) {
        journal.add(report(step));
      }
    }
    Path metrics = folder.resolve(RunFolder.METRICS);
    assertThat(RunHistory.lastReport(folder).orElseThrow().step()).isEqualTo(2000);

    Files.writeString(metrics, "{\"step\": 2001, \"cut", StandardOpenOption.APPEND);
    assertThat(RunHistory.lastReport(folder).orElseThrow().step()).isEqualTo(2000);

    Files.writeString(metrics, "no line at all");
    assertThat(RunHistory.lastReport(folder)).isEmpty();
  }

  @Test
  void aLineLongerThanTheTailThatIsReadFirstIsFoundToo() throws IOException {
    String blanks = " ".repeat(1 << 20);
    Files.writeString(
        folder.resolve(RunFolder.METRICS), "{\"step\": 1}\n{%s\"step\": 2}\n".formatted(blanks));
    assertThat(RunHistory.lastReport(folder).orElseThrow().step()).isEqualTo(2);
  }

  @Test
  void aLineHasTheKeysThatWerePromised() throws IOException {
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      journal.add(report(1));
    }
    Map<String, Object> line =
        Json.map(Json.LINES.readTree(Files.readString(folder.resolve(RunFolder.METRICS))));
    List<String> promised =
        List.of(
            "step",
            "tokens",
            "seconds",
            "loss",
            "cross_entropy",
            "load_balancing_loss",
            "dropped_fraction",
            "learning_rate",
            "tokens_per_second",
            "experts");
    assertThat(line).containsKeys(promised.toArray(String[]::new)).containsKey("twin");
    assertThat((Map<?, ?>) line.get("experts")).hasToString("{encoder.block.1=[0.5, 1.5]}");
    Map<?, ?> twin = (Map<?, ?>) line.get("twin");
    assertThat(twin.keySet().containsAll(promised)).isTrue();
    assertThat((Map<?, ?>) twin.get("experts")).isEmpty();
  }

  @Test
  void openingAfterAStepRemovesLaterLinesAndACutOne() throws IOException {
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      for (int step = 1; step <= 5; step++) {
        journal.add(report(step));
        journal.add(new RunEvent(0, step, "checkpoint", "", Map.of()));
      }
    }
    Files.writeString(
        folder.resolve(RunFolder.METRICS), "{\"step\":6,\"los", StandardOpenOption.APPEND);
    assertThat(steps()).containsExactly(1L, 2L, 3L, 4L, 5L);

    try (RunJournal journal = RunJournal.after(folder, 3)) {
      journal.add(report(4));
    }

    assertThat(steps()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(RunHistory.events(folder)).extracting(RunEvent::step).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aDamagedLineTakesNoOtherWithIt() throws IOException {
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      for (int step = 1; step <= 5; step++) {
        journal.add(report(step));
      }
    }
    Path metrics = folder.resolve(RunFolder.METRICS);
    byte[] bytes = Files.readAllBytes(metrics);
    int secondLine = new String(bytes, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
    bytes[secondLine + 1] ^= 0x40;
    Files.write(metrics, bytes);
    assertThat(steps()).containsExactly(1L, 3L, 4L, 5L);

    RunJournal.after(folder, 4).close();

    assertThat(steps()).containsExactly(1L, 3L, 4L);
    Files.writeString(metrics, "no line\n", StandardOpenOption.APPEND);
    assertThat(RunHistory.lastReport(folder).orElseThrow().step()).isEqualTo(4);
  }

  @Test
  void flushingPutsEveryLineGivenSoFarIntoTheFile() {
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      for (int step = 1; step <= 3000; step++) {
        journal.add(report(step));
      }
      journal.flush();
      assertThat(steps()).hasSize(3000);
    }
  }

  @Test
  void aFullDiskFailsTheNextCallWithALine() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    Files.createSymbolicLink(folder.resolve(RunFolder.METRICS), full);
    try (RunJournal journal = RunJournal.after(folder, 0)) {
      journal.add(report(1));
      assertThatThrownBy(journal::flush)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("metrics.jsonl")
          .hasMessageContaining("the disk is full")
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> journal.add(report(2))).isInstanceOf(InputException.class);
    }
  }

  private List<Long> steps() {
    return RunHistory.reports(folder).stream().map(StepReport::step).toList();
  }

  private static StepReport report(long step) {
    LayerReport layer =
        new LayerReport(
            "encoder.block.1", 8, new float[] {0.5f, 1.5f}, 0.1, 1.0 / 3, 2e-17, 0.3, 0.7);
    ModelReport model =
        new ModelReport(
            100 * step, 0.1, 2.0 / 3, 0.6, 1.01, 5, 1.0 / 7, 0.1, 3, 1e6, List.of(layer));
    ModelReport twin = new ModelReport(100 * step, 0.2, 0.7, 0.7, 0, 0, 0, 0, 2, 1e5, List.of());
    return new StepReport(step, 1e-3 / 3, model, twin);
  }
}
