package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunCurves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A history that is too long to be held: 40,000 steps, with {@code -Phistory} a million, which then
 * also says how long reading took.
 */
final class LongHistoryTest {
  private static final Logger LOG = LoggerFactory.getLogger(LongHistoryTest.class);
  private static final long STEPS = Long.getLong("history.steps", 40_000);

  @TempDir Path folder;

  @Test
  void isSeenAtOnceAndThenReadWhole() throws IOException {
    Path run = Histories.run(folder.resolve("run"));
    Histories.write(run, 1, STEPS);
    long size = Files.size(run.resolve(RunFolder.METRICS));
    CurveReader reader = CurveReader.of(run);

    long start = System.nanoTime();
    RunCurves overview = reader.overview();
    double overviewSeconds = (System.nanoTime() - start) / 1e9;
    Curve seen = overview.of(false, Quantity.CROSS_ENTROPY);
    assertThat(overview.whole()).isFalse();
    assertThat(seen.rows()).isBetween(1000, 1024);
    assertThat(seen.steps()[seen.rows() - 1]).isBetween(STEPS * 0.99, STEPS * 1.0);

    start = System.nanoTime();
    RunCurves whole = reader.readOn(share -> true);
    double wholeSeconds = (System.nanoTime() - start) / 1e9;
    assertThat(whole.lastStep()).isEqualTo(STEPS);
    assertThat(whole.damaged()).isZero();
    assertThat(whole.of(true, Quantity.LOSS).rows()).isBetween(2048, 4096);

    start = System.nanoTime();
    RunCurves part = reader.between(STEPS / 2.0, STEPS / 2.0 + 999, share -> true);
    double partSeconds = (System.nanoTime() - start) / 1e9;
    assertThat(part.of(false, Quantity.LOSS).rows()).isEqualTo(1000);
    LOG.info(
        "{} steps, {} MB: overview {} s, whole {} s, a part of 1,000 steps {} s",
        STEPS,
        size / 1_000_000,
        overviewSeconds,
        wholeSeconds,
        partSeconds);
  }
}
