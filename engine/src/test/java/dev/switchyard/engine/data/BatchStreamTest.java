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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchStreamTest {
  private static final int ROWS = 3;
  private static final long SEED = 7;

  @TempDir Path folder;
  private final Tokenizer tokenizer = new ByteTokenizer();

  @BeforeEach
  void writeText() throws IOException {
    for (int file = 0; file < 4; file++) {
      StringBuilder text = new StringBuilder();
      for (int line = 0; line < 30; line++) {
        text.append(
            "File %d has line %d, and a ü.%s".formatted(file, line, "\n".repeat(1 + line % 2)));
      }
      Files.writeString(folder.resolve("text%d.txt".formatted(file)), text);
    }
    StringBuilder lines = new StringBuilder();
    for (int line = 0; line < 40; line++) {
      lines.append(
          "{\"text\": \"%s\", \"n\": [1, {\"text\": 2}]}\n"
              .formatted("row " + line + " ".repeat(line % 5) + "x".repeat(line % 7)));
    }
    Files.writeString(folder.resolve("lines.jsonl"), lines);
  }

  private DataConfig config(Map<String, ?> settings) {
    DataConfig common =
        SettingsRecord.with(
            DataConfig.defaults(),
            Map.of(
                "data",
                List.of(folder.toString()),
                "input_length",
                24,
                "shuffle_rows",
                5,
                "eval_fraction",
                0.2));
    return SettingsRecord.with(common, settings);
  }

  private BatchStream open(DataConfig config, Corpus corpus, int rows, long seed) {
    return BatchStream.open(config, corpus, tokenizer, objective(config), rows, seed);
  }

  private BatchStream resume(
      DataConfig config, Corpus corpus, int rows, long seed, Position position) {
    return BatchStream.resume(config, corpus, tokenizer, objective(config), rows, seed, position);
  }

  private Objective objective(DataConfig config) {
    return Objective.of(config, tokenizer, !config.objective().equals("language_model"));
  }

  private List<String> batches(BatchStream stream, int count) {
    ObjectMapper json = new ObjectMapper();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(json.valueToTree(stream.next()).toString());
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "span_corruption,true",
    "span_corruption,false",
    "prefix_language_model,true",
    "prefix_language_model,false",
    "language_model,true",
    "language_model,false"
  })
  void goesOnBitForBitFromEveryPosition(String objective, boolean packed) throws IOException {
    DataConfig config = config(Map.of("objective", objective, "pack_documents", packed));
    Corpus corpus = Corpus.open(config);
    ObjectMapper json = new ObjectMapper();
    int steps = 120; // several epochs, so that windows cross files and epochs
    List<String> expected;
    List<Position> positions = new ArrayList<>();
    try (BatchStream stream = open(config, corpus, ROWS, SEED)) {
      expected = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        positions.add(stream.position());
        expected.addAll(batches(stream, 1));
      }
      assertThat(stream.epoch()).isGreaterThan(1);
    }
    for (int step = 0; step < steps; step++) {
      Position saved = json.readValue(json.writeValueAsString(positions.get(step)), Position.class);
      int count = Math.min(8, steps - step);
      try (BatchStream stream = resume(config, corpus, ROWS, SEED, saved)) {
        assertThat(batches(stream, count)).isEqualTo(expected.subList(step, step + count));
      }
    }
  }

  @Test
  void givesTheSameRowsWhateverTheNumberInABatch() {
    DataConfig config = config(Map.of("objective", "language_model"));
    Corpus corpus = Corpus.open(config);
    try (BatchStream one = open(config, corpus, 1, SEED);
        BatchStream six = open(config, corpus, 6, SEED)) {
      List<Integer> single = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        for (int label : one.next().labels()) {
          single.add(label);
        }
      }
      assertThat(six.next().labels()).containsExactly(single.stream().mapToInt(i -> i).toArray());
    }
  }

  @Test
  void anEpochGivesEveryTrainingDocumentOnceAndNoHeldOutOne() {
    DataConfig config =
        config(Map.of("objective", "language_model", "pack_documents", false, "input_length", 400));
    Corpus corpus = Corpus.open(config);
    Set<String> training = new HashSet<>();
    Set<String> heldOut = new HashSet<>();
    for (int file = 0; file < corpus.files().size(); file++) {
      try (DocumentReader reader = corpus.reader(file, 0, 0)) {
        for (Document d = reader.next(); d != null; d = reader.next()) {
          assertThat((corpus.isHeldOut(file, d.number()) ? heldOut : training).add(d.text()))
              .isTrue();
        }
      }
    }
    List<String> seen = new ArrayList<>();
    try (RowReader rows =
        new RowReader(
            corpus, tokenizer, new LanguageModel(400), false, SEED, Position.Place.START)) {
      for (int i = 0; i < training.size(); i++) {
        seen.add(text(rows.next().tokens()));
      }
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(training);
    List<String> evaluated =
        HeldOutRows.read(corpus, tokenizer, new LanguageModel(400), false, 1000).stream()
            .map(row -> text(row.tokens()))
            .toList();
    assertThat(evaluated).containsExactlyInAnyOrderElementsOf(heldOut);
    assertThat(heldOut).hasSizeBetween(8, 30); // a fifth of about 80
  }

  private String text(int[] ids) {
    return tokenizer.decode(java.util.Arrays.stream(ids).boxed().toList());
  }

  @Test
  void evaluationIsTheSameForEverySeedAndAfterTraining() {
    DataConfig config = config(Map.of());
    Corpus corpus = Corpus.open(config);
    ObjectMapper json = new ObjectMapper();
    String before = json.valueToTree(heldOut(config, corpus, 4)).toString();
    try (BatchStream one = open(config, corpus, ROWS, 1);
        BatchStream two = open(config, corpus, ROWS, 2)) {
      assertThat(json.valueToTree(one.next()).toString())
          .isNotEqualTo(json.valueToTree(two.next()).toString());
    }
    assertThat(json.valueToTree(heldOut(config, corpus, 4)).toString()).isEqualTo(before);
    assertThat(batches(config, corpus, 4)).hasSize(4);
  }

  private List<HeldOut.Mixed> batches(DataConfig config, Corpus corpus, int batches) {
    return HeldOut.batches(List.of(heldOut(config, corpus, batches)), objective(config));
  }

  private HeldOut heldOut(DataConfig config, Corpus corpus, int batches) {
    return HeldOut.of(config, corpus, tokenizer, objective(config), ROWS, batches).getFirst();
  }

  @Test
  void allOfATextCanBeEvaluated() {
    DataConfig config = config(Map.of());
    Corpus corpus = Corpus.open(config.data(), false, 1.0);
    assertThat(batches(config, corpus, 6)).hasSize(6);
    assertThatThrownBy(() -> open(config, corpus, ROWS, SEED))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("leaves no text for training");
  }

  @Test
  void fillsRowsOfAPackedTextAndMasksPaddingOtherwise() {
    try (BatchStream packed = open(config(Map.of()), Corpus.open(config(Map.of())), ROWS, SEED)) {
      Batch batch = packed.next();
      assertThat(batch.hasPadding()).isFalse();
      assertThat(batch.inputs()).hasSize(ROWS * 24).doesNotContain(Tokenizer.PAD);
    }
    DataConfig apart = config(Map.of("pack_documents", false, "input_length", 300));
    try (BatchStream stream = open(apart, Corpus.open(apart), ROWS, SEED)) {
      Batch batch = stream.next();
      assertThat(batch.hasPadding()).isTrue();
      for (int i = 0; i < batch.inputs().length; i++) {
        assertThat(batch.inputMask()[i]).isEqualTo(batch.inputs()[i] == Tokenizer.PAD ? 0 : 1);
      }
      for (int i = 0; i < batch.labels().length; i++) {
        assertThat(batch.targetMask()[i]).isEqualTo(batch.labels()[i] == Batch.IGNORED ? 0 : 1);
      }
    }
  }

  @Test
  void decoderReadsTheLabelsOnePlaceToTheRight() {
    try (BatchStream stream = open(config(Map.of()), Corpus.open(config(Map.of())), ROWS, SEED)) {
      Batch batch = stream.next();
      int length = batch.targetLength();
      for (int i = 0; i < batch.labels().length; i++) {
        assertThat(batch.decoderInputs()[i])
            .isEqualTo(i % length == 0 ? Tokenizer.PAD : batch.labels()[i - 1]);
      }
    }
  }

  @Test
  void aTextShorterThanARowIsRepeatedUntilItFillsOne() throws IOException {
    Path tiny =
        Files.writeString(folder.resolve("tiny.jsonl"), "{\"text\":\"ab\"}\n{\"text\":\"cd\"}\n");
    DataConfig config =
        config(Map.of("data", List.of(tiny.toString()), "objective", "language_model"));
    try (BatchStream stream = open(config, Corpus.open(config), 1, SEED)) {
      assertThat(text(stream.next().labels())).matches("(ab){8}|(cd){8}");
      assertThat(batches(config, Corpus.open(config), 2)).hasSize(1);
    }
  }

  @Test
  void refusesAnotherCorpus() throws IOException {
    DataConfig config = config(Map.of());
    Position position;
    try (BatchStream stream = open(config, Corpus.open(config), ROWS, SEED)) {
      position = stream.position();
    }
    Files.writeString(folder.resolve("new.txt"), "One more file.");
    Corpus changed = Corpus.open(config);
    assertThatThrownBy(() -> resume(config, changed, ROWS, SEED, position))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The data changed since the run read it");
  }
}
