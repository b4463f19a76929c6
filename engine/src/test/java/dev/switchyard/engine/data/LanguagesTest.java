package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Languages by folder, drawn with probability proportional to size^exponent. */
final class LanguagesTest {
  private static final Map<String, Integer> LINES = Map.of("aa", 2000, "bb", 200, "cc", 40);

  @TempDir Path folder;
  private final Tokenizer tokenizer = new ByteTokenizer();

  @BeforeEach
  void writeLanguages() throws IOException {
    for (Map.Entry<String, Integer> language : LINES.entrySet()) {
      Path place = Files.createDirectories(folder.resolve(language.getKey()).resolve("inner"));
      for (int half = 0; half < 2; half++) {
        Files.writeString(
            (half == 0 ? place : place.getParent()).resolve("text" + half + ".txt"),
            (language.getKey() + "\n").repeat(language.getValue() / 2));
      }
    }
  }

  private DataConfig config(Map<String, ?> settings) {
    DataConfig common =
        SettingsRecord.with(
            DataConfig.defaults(),
            Map.of(
                "data",
                List.of(folder.toString()),
                "objective",
                "language_model",
                "input_length",
                6,
                "languages",
                "by_folder",
                "shuffle_rows",
                4,
                "eval_fraction",
                0.25));
    return SettingsRecord.with(common, settings);
  }

  private BatchStream open(DataConfig config, int rows, Position position) {
    Corpus corpus = Corpus.open(config);
    Objective objective = Objective.of(config, tokenizer, false);
    return position == null
        ? BatchStream.open(config, corpus, tokenizer, objective, rows, 5)
        : BatchStream.resume(config, corpus, tokenizer, objective, rows, 5, position);
  }

  /** The letter that a row's language is written with. */
  private String language(int[] labels) {
    String text = tokenizer.decode(Arrays.stream(labels).boxed().toList());
    return text.contains("a") ? "aa" : text.contains("b") ? "bb" : "cc";
  }

  @Test
  void eachLanguageComesAsOftenAsItsSizeToTheExponentSays() {
    for (double exponent : new double[] {0, 0.3, 1}) {
      DataConfig config = config(Map.of("language_exponent", exponent));
      Map<String, Double> shares = Languages.of(config, Corpus.open(config)).shares();
      double all = LINES.values().stream().mapToDouble(n -> Math.pow(n * 3.0, exponent)).sum();
      Map<String, Integer> counts = new HashMap<>();
      int rows = 4000;
      try (BatchStream stream = open(config, 1, null)) {
        for (int i = 0; i < rows; i++) {
          counts.merge(language(stream.next().labels()), 1, Integer::sum);
        }
      }
      LINES.forEach(
          (language, lines) -> {
            double share = Math.pow(lines * 3.0, exponent) / all;
            assertThat(shares.get(language)).isEqualTo(share, within(1e-12));
            // Five standard deviations of a share over 4,000 rows: at most 5 x 0.0079.
            assertThat(counts.getOrDefault(language, 0) / (double) rows)
                .isEqualTo(share, within(0.04));
          });
    }
  }

  @Test
  void goesOnBitForBitFromEveryPosition() throws IOException {
    DataConfig config = config(Map.of());
    ObjectMapper json = new ObjectMapper();
    List<int[]> expected = new ArrayList<>();
    List<String> positions = new ArrayList<>();
    try (BatchStream stream = open(config, 3, null)) {
      for (int i = 0; i < 40; i++) {
        positions.add(json.writeValueAsString(stream.position()));
        expected.add(stream.next().labels());
      }
    }
    for (int i = 0; i < 40; i++) {
      Position saved = json.readValue(positions.get(i), Position.class);
      try (BatchStream stream = open(config, 3, saved)) {
        assertThat(stream.next().labels()).containsExactly(expected.get(i));
      }
    }
  }

  @Test
  void eachLanguageIsHeldOutByItself() {
    DataConfig config = config(Map.of());
    Objective objective = Objective.of(config, tokenizer, false);
    List<HeldOut> heldOut = HeldOut.of(config, Corpus.open(config), tokenizer, objective, 2, 4);
    assertThat(heldOut).extracting(HeldOut::language).containsExactly("aa", "bb", "cc");
    for (HeldOut.Mixed mixed : HeldOut.batches(heldOut, objective)) {
      assertThat(mixed.parts()).doesNotHaveDuplicates();
      for (int row = 0; row < 2; row++) {
        int length = mixed.batch().targetLength();
        int[] labels = Arrays.copyOfRange(mixed.batch().labels(), row * length, (row + 1) * length);
        assertThat(language(labels)).isEqualTo(heldOut.get(mixed.parts()[row]).language());
      }
    }
    for (HeldOut each : heldOut) {
      assertThat(each.rows()).isNotEmpty();
      for (Row row : each.rows()) {
        assertThat(language(row.tokens())).isEqualTo(each.language());
      }
    }
  }

  @Test
  void aLanguageIsNamedByItsFolderOrByTheFileThatIsGiven() throws IOException {
    Path single = Files.writeString(folder.resolve("dd.txt"), "dd\n".repeat(100));
    DataConfig config =
        config(Map.of("data", List.of(folder.resolve("aa").toString(), single.toString())));
    // Inside aa lies a folder inner; its text beside that folder is aa's own.
    assertThat(Languages.of(config, Corpus.open(config)).shares())
        .containsOnlyKeys("aa", "dd", "inner");
  }
}
