package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pairs of texts from files to batches. */
final class TextToTextTest {
  @TempDir Path folder;
  private final Tokenizer tokenizer = new ByteTokenizer();

  private DataConfig config(Path data, Map<String, ?> settings) {
    DataConfig common =
        SettingsRecord.with(
            DataConfig.defaults(),
            Map.of(
                "data",
                List.of(data.toString()),
                "objective",
                "text_to_text",
                "input_length",
                12,
                "target_length",
                5,
                "eval_fraction",
                0.0,
                "shuffle_rows",
                4));
    return SettingsRecord.with(common, settings);
  }

  private String text(int[] ids, int[] mask, int row, int length) {
    List<Integer> counted = new ArrayList<>();
    for (int i = row * length; i < (row + 1) * length; i++) {
      if (mask[i] == 1 && ids[i] >= 0) {
        counted.add(ids[i]);
      }
    }
    assertThat(counted.getLast()).as("the end token").isEqualTo(tokenizer.end());
    return tokenizer.decode(counted);
  }

  private Set<String> epoch(DataConfig config, int pairs) {
    Set<String> seen = new HashSet<>();
    Objective objective = Objective.of(config, tokenizer, true);
    try (BatchStream stream =
        BatchStream.open(config, Corpus.open(config), tokenizer, objective, 1, 3)) {
      for (int i = 0; i < pairs; i++) {
        Batch batch = stream.next();
        seen.add(
            text(batch.inputs(), batch.inputMask(), 0, batch.inputLength())
                + " > "
                + text(batch.labels(), batch.targetMask(), 0, batch.targetLength()));
      }
    }
    return seen;
  }

  @Test
  void tabsAndJsonLinesGiveTheSamePairsEachOnceAnEpoch() throws IOException {
    Path tabs =
        Files.writeString(
            folder.resolve("pairs.tsv"),
            "input\ttarget\n"
                + "one\t1\r\n"
                + "two\tzwei\n\n"
                + "three\t\n"
                + "four\t4\n"
                + "five\t5\n"
                + "six\t6\n"
                + "seven\t7\n"
                + "eight\t8");
    Path json =
        Files.writeString(
            folder.resolve("pairs.jsonl"),
            """
            {"input": "one", "target": "1"}
            {"id": [1], "target": "zwei", "input": "two"}
            {"input": "three", "target": ""}
            {"input": "four", "target": "4"}
            {"input": "five", "target": "5"}
            {"input": "six", "target": "6"}
            {"input": "seven", "target": "7"}
            {"input": "eight", "target": "8"}
            """);
    Set<String> expected =
        Set.of(
            "one > 1",
            "two > zwei",
            "three > ",
            "four > 4",
            "five > 5",
            "six > 6",
            "seven > 7",
            "eight > 8");
    assertThat(epoch(config(tabs, Map.of()), 8)).isEqualTo(expected);
    assertThat(epoch(config(json, Map.of()), 8)).isEqualTo(expected);
  }

  @Test
  void whatIsTooLongIsCutAndStillEnds() throws IOException {
    Path tabs =
        Files.writeString(
            folder.resolve("pairs.tsv"), "a long, long input\tlonger\nb long, long input\tshort\n");
    assertThat(epoch(config(tabs, Map.of()), 2))
        .containsExactlyInAnyOrder("a long, lon > long", "b long, lon > shor");
  }

  @Test
  void aDecoderAloneReadsTheInputAndOnlyTheTargetCounts() {
    DataConfig config = config(folder, Map.of("input_length", 4));
    Objective objective = Objective.of(config, tokenizer, false);
    assertThat(objective.inputLength()).isZero();
    assertThat(objective.targetLength()).isEqualTo(9);
    Batch batch = Batch.empty(1, 0, 9);
    objective.write(batch, 0, new Row(new int[] {10, 11, 12}, new int[] {20, 21}), 1, 1);
    int no = Batch.IGNORED;
    assertThat(batch.decoderInputs()).containsExactly(0, 10, 11, 12, 20, 21, 0, 0, 0);
    assertThat(batch.labels()).containsExactly(no, no, no, 20, 21, 1, no, no, no);
    assertThat(batch.targetMask()).containsExactly(1, 1, 1, 1, 1, 1, 0, 0, 0);
  }

  @Test
  void goesOnBitForBitFromEveryPosition() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 23; i++) {
      lines.append("question ").append(i).append('\t').append(i * i).append('\n');
    }
    Path tabs = Files.writeString(folder.resolve("pairs.tsv"), lines);
    DataConfig config = config(tabs, Map.of("eval_fraction", 0.3));
    Corpus corpus = Corpus.open(config);
    Objective objective = Objective.of(config, tokenizer, true);
    List<int[]> expected = new ArrayList<>();
    List<Position> positions = new ArrayList<>();
    try (BatchStream stream = BatchStream.open(config, corpus, tokenizer, objective, 3, 1)) {
      for (int i = 0; i < 20; i++) {
        positions.add(stream.position());
        expected.add(stream.next().labels());
      }
    }
    ObjectMapper json = new ObjectMapper();
    for (int i = 0; i < 20; i++) {
      Position saved = json.readValue(json.writeValueAsString(positions.get(i)), Position.class);
      try (BatchStream stream =
          BatchStream.resume(config, corpus, tokenizer, objective, 3, 1, saved)) {
        assertThat(stream.next().labels()).containsExactly(expected.get(i));
      }
    }
    HeldOut held = HeldOut.of(config, corpus, tokenizer, objective, 3, 2).getFirst();
    assertThat(held.rows()).hasSizeBetween(3, 6).doesNotHaveDuplicates();
    for (Row pair : held.rows()) {
      assertThat(expected)
          .noneMatch(labels -> Arrays.equals(Arrays.copyOf(labels, 3), pair.target()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pairs.tsv | no tab here | line 1: no tab",
        "pairs.tsv | 'a\tb\tc' | line 1: more than one tab",
        "pairs.tsv | ' \tb' | line 1: the input before the tab is blank",
        "pairs.jsonl | {\"input\": \"a\"} | line 1: no field target",
        "pairs.jsonl | {\"input\": 1, \"target\": \"b\"} | the field input is not a string",
        "pairs.jsonl | {\"text\": \"a\"} | Each line must be an object such as {\"input\"",
        "pairs.txt | a | can't hold pairs of texts"
      })
  void saysWhatIsWrongWithALine(String name, String line, String said) throws IOException {
    Path file = Files.writeString(folder.resolve(name), line + "\n" + line);
    assertThatThrownBy(() -> Corpus.open(config(file, Map.of())).digests(share -> {}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(said)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pairs.tsv | a b | true",
        "pairs.jsonl | {\"target\": \"b\", \"input\": \"a\"} | true",
        "pairs.jsonl | {\"input\": 3, \"target\": [\"b\"]} | true",
        "text.jsonl | {\"text\": \"a\"} | false",
        "text.jsonl | {\"input\": \"a\", \"target\": | false",
        "text.txt | a | false"
      })
  void pairsAreKnownByTheirLooks(String name, String line, boolean pairs) throws IOException {
    Path file = Files.writeString(folder.resolve(name), line);
    assertThat(Corpus.holdsPairs(List.of(file.toString()))).isEqualTo(pairs);
    assertThat(Corpus.holdsPairs(List.of(folder.toString()))).isEqualTo(pairs);
  }
}
