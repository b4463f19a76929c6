package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpanCorruptionTest {
  private final Tokenizer tokenizer = new ByteTokenizer();

  private SpanCorruption corruption(Map<String, ?> settings) {
    return SpanCorruption.of(SettingsRecord.with(DataConfig.defaults(), settings), tokenizer);
  }

  @Test
  void lengthsAreThoseOfT5() {
    SpanCorruption corruption = corruption(Map.of("input_length", 512));
    assertThat(corruption.rowLength()).isEqualTo(568);
    assertThat(corruption.targetLength()).isEqualTo(114);
    assertThat(SpanCorruption.counts(568, 0.15, 3))
        .isEqualTo(new SpanCorruption.Counts(85, 483, 28));
  }

  @Test
  void inputsAndTargetsTogetherGiveBackTheRow() {
    Random random = new Random(5);
    for (int trial = 0; trial < 500; trial++) {
      double density = 0.02 + 0.88 * random.nextDouble();
      SpanCorruption corruption =
          corruption(
              Map.of(
                  "input_length",
                  4 + random.nextInt(60),
                  "noise_density",
                  density,
                  "mean_noise_span_length",
                  1 + 5 * random.nextDouble()));
      int length = 2 + random.nextInt(corruption.rowLength() - 1);
      int[] row = random.ints(length, 3, 259).toArray();
      SpanCorruption.Corrupted corrupted = corruption.corrupt(row, trial, random.nextLong());
      assertThat(corrupted.inputs().length).isLessThanOrEqualTo(corruption.inputLength());
      assertThat(corrupted.targets().length).isLessThanOrEqualTo(corruption.targetLength());
      assertThat(restored(corrupted)).containsExactly(row);
    }
  }

  /** The inputs with each sentinel replaced by its span; checks that sentinels come in order. */
  private int[] restored(SpanCorruption.Corrupted corrupted) {
    List<Integer> row = new ArrayList<>();
    int sentinels = 0;
    int[] inputs = corrupted.inputs();
    int[] targets = corrupted.targets();
    assertThat(inputs[inputs.length - 1]).isEqualTo(tokenizer.end());
    assertThat(targets[targets.length - 1]).isEqualTo(tokenizer.end());
    assertThat(inputs[0]).as("a row starts with a stretch that stays").isLessThan(259);
    int read = 0;
    for (int i = 0; i < inputs.length - 1; i++) {
      if (inputs[i] < 259) {
        row.add(inputs[i]);
        continue;
      }
      assertThat(inputs[i]).isEqualTo(tokenizer.sentinel(sentinels++));
      assertThat(targets[read++]).isEqualTo(inputs[i]);
      assertThat(targets[read]).as("a span is never empty").isLessThan(259);
      while (read < targets.length - 1 && targets[read] < 259) {
        row.add(targets[read++]);
      }
    }
    assertThat(read).isEqualTo(targets.length - 1);
    return row.stream().mapToInt(i -> i).toArray();
  }

  @Test
  void everyPlaceButTheEndsIsCutOutAboutEquallyOften() {
    SpanCorruption corruption = corruption(Map.of("input_length", 128));
    int length = corruption.rowLength();
    int rows = 4000;
    int[] cut = new int[length];
    int[] row = new int[length];
    for (int number = 0; number < rows; number++) {
      // Each place's own number, beyond any other id, tells which stayed.
      Arrays.setAll(row, i -> 1000 + i);
      boolean[] stayed = new boolean[length];
      for (int id : corruption.corrupt(row, 1, number).inputs()) {
        if (id >= 1000) {
          stayed[id - 1000] = true;
        }
      }
      for (int i = 0; i < length; i++) {
        cut[i] += stayed[i] ? 0 : 1;
      }
    }
    double mean = Arrays.stream(cut).sum() / (double) rows / length;
    // round(141 x 0.15) = 21 tokens of 141 are noise in every row.
    assertThat(mean).isEqualTo(21.0 / 141, within(1e-9));
    for (int i = 20; i < length - 20; i++) {
      // Five standard deviations of a share of 0.148 over 4,000 rows: 5 x 0.0056.
      assertThat(cut[i] / (double) rows).isEqualTo(mean, within(0.028));
    }
    assertThat(cut[0]).isZero();
    assertThat(cut[length - 1]).isEqualTo(rows);
  }

  @Test
  void theSameRowOfTheSameSeedIsCorruptedTheSameWay() {
    SpanCorruption corruption = corruption(Map.of());
    int[] row = new Random(1).ints(corruption.rowLength(), 3, 259).toArray();
    assertThat(corruption.corrupt(row, 1, 2).inputs())
        .containsExactly(corruption.corrupt(row, 1, 2).inputs());
    assertThat(corruption.corrupt(row, 1, 2).inputs())
        .isNotEqualTo(corruption.corrupt(row, 1, 3).inputs());
  }

  @Test
  void refusesWhatCantWork() {
    assertThatThrownBy(() -> corruption(Map.of("input_length", 4096)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("227 spans")
        .hasMessageContaining("100 sentinels");
    assertThatThrownBy(() -> corruption(Map.of("input_length", 512, "target_length", 100)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("writes 114 tokens");
  }
}
