package dev.switchyard.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard shows the main job on the smallest terminal there is. */
final class DashboardTest {
  private final Screen screen = new Screen();
  private long now;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 16, 32, 64, 128})
  void fitsATerminalOf80By24(int experts) {
    Dashboard dashboard = trained(experts);
    List<String> lines = dashboard.lines();
    // One line is left for the cursor.
    assertThat(lines).hasSizeLessThan(24);
    assertThat(lines).allSatisfy(l -> assertThat(Screen.visible(l)).hasSizeLessThan(80));
  }

  @Test
  void showsBothLossesTheSpeedUpDroppedTokensAndEachExpertsLoad() {
    String shown = Screen.visible(String.join("\n", trained(16).lines()));
    assertThat(shown)
        .contains("Switch 2.", "dense twin 3.", "the twin's quality in 1/", "dropped tokens 12.5%")
        .contains("decoder.block.1", " 15 ████")
        .containsPattern("[\u2801-\u28ff]");
  }

  @Test
  void redrawsInPlaceAndLeavesTheCursorVisible() {
    trained(16).end();
    assertThat(screen.out()).contains("\u001b[23A").doesNotContain("\u001b[2J");
    assertThat(screen.out()).endsWith(Terminal.SHOW_CURSOR);
  }

  private Dashboard trained(int experts) {
    Dashboard dashboard =
        new Dashboard(screen.terminal(true), "A pair", Duration.ofSeconds(60), () -> now);
    for (int step = 1; step <= 120; step++) {
      now += Duration.ofMillis(400).toNanos();
      dashboard.onStep(Reports.step(step, experts));
    }
    return dashboard;
  }
}
