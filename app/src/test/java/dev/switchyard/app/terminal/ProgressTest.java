package dev.switchyard.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Progress says the same on a terminal and in a pipe, each in its own way. */
final class ProgressTest {
  private final Screen screen = new Screen();
  private long now;

  @Test
  void aTerminalHasOneLineThatIsWrittenOver() {
    LiveLine line = new LiveLine(screen.terminal(true), 200, () -> now);
    for (int step = 1; step <= 200; step++) {
      now += Duration.ofMillis(500).toNanos();
      line.onStep(Reports.step(step, 4));
    }
    line.end();
    assertThat(screen.lines()).hasSizeGreaterThan(1);
    assertThat(screen.out().chars().filter(c -> c == '\n').count()).isEqualTo(1);
    assertThat(screen.out().split("\r"))
        .allSatisfy(drawn -> assertThat(Screen.visible(drawn).strip()).hasSizeLessThan(80));
    assertThat(Screen.visible(screen.out())).contains("loss", "twin", "dropped 12.5%", "left");
  }

  @Test
  void aTerminalIsNotDrawnMoreOftenThanAnyoneReads() {
    LiveLine line = new LiveLine(screen.terminal(true), 10_000, () -> now);
    for (int step = 1; step <= 1000; step++) {
      now += Duration.ofMillis(1).toNanos();
      line.onStep(Reports.step(step, 4));
    }
    assertThat(screen.out().chars().filter(c -> c == '\r').count()).isLessThanOrEqualTo(11);
  }

  @Test
  void aPipeGetsPlainLinesNowAndThen() {
    PlainLines lines = new PlainLines(screen.terminal(false).out(), 100, () -> now);
    for (int step = 1; step <= 100; step++) {
      now += Duration.ofSeconds(1).toNanos();
      lines.onStep(Reports.step(step, 4));
    }
    lines.end();
    assertThat(screen.lines()).hasSize(21);
    assertThat(screen.lines().getFirst()).startsWith("1/100  loss ");
    assertThat(screen.lines().get(1)).contains("dropped 12.5%  123.5M tokens/s  1 min 34 s left");
    assertThat(screen.lines().getLast()).startsWith("100/100  loss ").doesNotContain("left");
    assertThat(screen.out()).doesNotContain("\u001b").doesNotContain("\r");
  }

  @Test
  void eventsThatTellSomethingGetALine() {
    PlainLines lines = new PlainLines(screen.terminal(false).out(), 100, () -> now);
    lines.onEvent(new RunEvent(0, 50, "checkpoint", "checkpoint written", Map.of()));
    lines.onEvent(new RunEvent(0, 50, "evaluation", "held out: 2.5", Map.of("cross_entropy", 2.5)));
    assertThat(screen.lines()).containsExactly("held out: 2.5");
  }

  @Test
  void aRunOnDevicesSaysHowEvenlyTheyWork() {
    StepReport step =
        Reports.step(1, 4).withDevices(List.of(device(0, 0.03, 0.01), device(1, 0.01, 0.03)));
    assertThat(ProgressText.step(step, 2, Double.NaN))
        .contains("slowest device 1.50x the mean, 50.0% waiting, 0.0% exchanging");
  }

  private static DeviceReport device(int rank, double computed, double waited) {
    return new DeviceReport(
        rank,
        0,
        rank,
        0,
        4 * rank,
        4,
        2 * rank,
        2,
        10,
        List.of(6L, 4L),
        computed,
        waited,
        0,
        1,
        List.of());
  }
}
