package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.SettingsRecord;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The encoder reads the beginning of a row, the decoder writes the rest. */
final class PrefixLanguageModelTest {
  private static PrefixLanguageModel of(Map<String, ?> settings) {
    return PrefixLanguageModel.of(SettingsRecord.with(DataConfig.defaults(), settings));
  }

  private static Batch written(PrefixLanguageModel objective, int[] tokens, long number) {
    Batch batch = Batch.empty(2, objective.inputLength(), objective.targetLength());
    objective.write(batch, 1, Row.of(tokens), 9, number);
    return batch;
  }

  /** What a row of a batch holds where its mask says that something counts. */
  private static int[] counted(int[] ids, int[] mask, int row) {
    int length = ids.length / 2;
    return IntStream.range(row * length, (row + 1) * length)
        .filter(i -> mask[i] == 1)
        .map(i -> ids[i])
        .toArray();
  }

  @Test
  void inputAndTargetTogetherAreTheRowWhateverTheLengths() {
    Random random = new Random(4);
    for (int trial = 0; trial < 500; trial++) {
      PrefixLanguageModel objective =
          of(
              Map.of(
                  "input_length",
                  4 + random.nextInt(30),
                  "target_length",
                  random.nextInt(30),
                  "prefix_split",
                  random.nextBoolean() ? "random" : "fixed"));
      int length = 2 + random.nextInt(objective.rowLength() - 1);
      int[] row = random.ints(length, 3, 259).toArray();
      Batch batch = written(objective, row, trial);
      int[] input = counted(batch.inputs(), batch.inputMask(), 1);
      int[] target = counted(batch.labels(), batch.targetMask(), 1);
      assertThat(input).isNotEmpty();
      assertThat(target).isNotEmpty();
      assertThat(IntStream.concat(Arrays.stream(input), Arrays.stream(target)).toArray())
          .containsExactly(row);
      assertThat(counted(batch.inputs(), batch.inputMask(), 0)).isEmpty();
      int first = batch.targetLength();
      assertThat(batch.decoderInputs()[first]).isEqualTo(Tokenizer.PAD);
      assertThat(Arrays.copyOfRange(batch.decoderInputs(), first + 1, first + target.length))
          .containsExactly(Arrays.copyOf(target, target.length - 1));
    }
  }

  @Test
  void everySplitIsAboutEquallyProbableAndFixedByTheSeedAndTheRowsNumber() {
    PrefixLanguageModel objective = of(Map.of("input_length", 9));
    int length = objective.rowLength();
    assertThat(length).isEqualTo(10);
    int rows = 9000;
    int[] counts = new int[length];
    for (int number = 0; number < rows; number++) {
      int split = objective.split(length, 1, number);
      counts[split]++;
      assertThat(objective.split(length, 1, number)).isEqualTo(split);
    }
    assertThat(counts[0]).isZero();
    for (int split = 1; split < length; split++) {
      // Five standard deviations of a share of 1/9 over 9,000 rows: 5 x 0.0033.
      assertThat(counts[split] / (double) rows).isEqualTo(1.0 / 9, within(0.0166));
    }
  }

  @Test
  void aFixedSplitFillsTheEncoderAndTheDecoder() {
    PrefixLanguageModel objective =
        of(Map.of("input_length", 12, "target_length", 4, "prefix_split", "fixed"));
    assertThat(objective.rowLength()).isEqualTo(16);
    assertThat(objective.split(16, 1, 2)).isEqualTo(12);
    assertThat(objective.split(8, 1, 2)).isEqualTo(6);
    assertThat(objective.split(2, 1, 2)).isEqualTo(1);
  }
}
