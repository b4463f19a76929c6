package dev.switchyard.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.RunEvent;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A run is summed up in one line, and for machines. */
final class RunTallyTest {
  private static final Path FOLDER = Path.of("runs", "one");

  @Test
  void oneLineSaysWhatTheRunCameTo() {
    RunTally tally = new RunTally();
    for (int step = 1; step <= 120; step++) {
      tally.onStep(Reports.step(step, 4));
    }
    tally.onEvent(new RunEvent(0, 100, "evaluation", "", Map.of("cross_entropy", 2.25)));
    assertThat(tally.line(FOLDER))
        .isEqualTo(
            "120 steps, loss 6.887 -> 2.259, held-out cross entropy 2.250 (step 100), 12.5%"
                + " dropped, 10k tokens/s, speed-up against the dense twin "
                + Figures.factor(tally.speedUp().steps())
                + " in steps, "
                + Figures.factor(tally.speedUp().time())
                + " in time, "
                + FOLDER);
    assertThat(tally.figures(FOLDER, "finished"))
        .containsEntry("steps", 120L)
        .containsEntry("held_out_cross_entropy", 2.25)
        .containsKeys("first_loss", "last_loss", "dropped_fraction", "tokens_per_second")
        .containsEntry("run", FOLDER.toString());
  }

  @Test
  void aRunWithoutAStepSaysSo() {
    assertThat(new RunTally().line(FOLDER)).isEqualTo("no step was done, " + FOLDER);
  }
}
