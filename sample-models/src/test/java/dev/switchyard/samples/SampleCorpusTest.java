package dev.switchyard.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.BatchStream;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.samples.SampleCorpus.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleCorpusTest {
  private final SampleCorpus corpus = SampleCorpus.defaults();

  @TempDir Path folder;

  @Test
  void aWordHasFourSuccessorsOfItsOwnInEachLanguage() {
    assertThat(corpus.successors("ember", "moon")).hasSize(4).doesNotHaveDuplicates();
    assertThat(corpus.successors("ember", "moon"))
        .isNotEqualTo(corpus.successors("tide", "moon"))
        .isNotEqualTo(corpus.successors("ember", "river"));
  }

  @Test
  void everySequenceFollowsItsLanguages() {
    SampleCorpus switching = corpus.withSwitchProbability(0.3);
    int[] ranks = new int[4];
    int tags = 0;
    int switches = 0;
    for (Sequence sequence : switching.sequences(5, 0, 2000)) {
      List<String> tokens = sequence.tokens();
      assertThat(tokens).hasSize(64);
      assertThat(tokens.getFirst()).isEqualTo("<" + sequence.domains().getFirst() + ">");
      for (int i = 1; i < tokens.size(); i++) {
        String domain = sequence.domains().get(i);
        boolean changes = !domain.equals(sequence.domains().get(i - 1));
        if (tokens.get(i).startsWith("<")) {
          assertThat(tokens.get(i)).isEqualTo("<" + domain + ">");
          tags++;
          switches += changes ? 1 : 0;
        } else {
          assertThat(changes).isFalse();
          if (!tokens.get(i - 1).startsWith("<")) {
            ranks[switching.successors(domain, tokens.get(i - 1)).indexOf(tokens.get(i))]++;
          }
        }
      }
    }
    double words = ranks[0] + ranks[1] + ranks[2] + ranks[3];
    // About 104,000 successors and 11,000 tags: the bounds are five standard deviations.
    assertThat(ranks[0] / words).isEqualTo(8 / 15.0, within(0.008));
    assertThat(ranks[3] / words).isEqualTo(1 / 15.0, within(0.004));
    assertThat(tags / (words + tags)).isEqualTo(0.1, within(0.005));
    assertThat(switches / (double) tags).isEqualTo(0.3, within(0.022));
  }

  @Test
  void withoutSwitchingASequenceHasOneLanguage() {
    assertThat(corpus.sequences(5, 0, 100))
        .allMatch(s -> s.domains().stream().distinct().count() == 1);
  }

  @Test
  void sequencesDependOnSeedAndNumberOnly() {
    assertThat(corpus.sequences(5, 10, 1)).isEqualTo(corpus.sequences(5, 0, 11).subList(10, 11));
    assertThat(corpus.sequences(5, 0, 1)).isNotEqualTo(corpus.sequences(6, 0, 1));
  }

  @Test
  void theEntropyIsThatOfTheSequences() {
    // The mean surprise of 20,000 sequences whose chances are known, place by place.
    SampleCorpus switching = corpus.withSwitchProbability(0.2);
    double total = 0;
    int count = 0;
    for (Sequence s : switching.sequences(9, 0, 20_000)) {
      for (int i = 0; i < s.tokens().size(); i++) {
        total -= Math.log(chance(switching, s, i));
        count++;
      }
    }
    assertThat(switching.entropy()).isEqualTo(total / count, within(0.01));
    assertThat(corpus.entropy()).isLessThan(switching.entropy());
  }

  private static double chance(SampleCorpus corpus, Sequence s, int i) {
    if (i == 0) {
      return 1.0 / 64;
    } else if (s.tokens().get(i - 1).startsWith("<")) {
      return 1.0 / 128;
    } else if (s.tokens().get(i).startsWith("<")) {
      return 0.1 * (s.domains().get(i).equals(s.domains().get(i - 1)) ? 0.8 : 0.2 / 63);
    }
    int rank =
        corpus.successors(s.domains().get(i), s.tokens().get(i - 1)).indexOf(s.tokens().get(i));
    return 0.9 * (8 >> rank) / 15.0;
  }

  @Test
  void writesOneLabelForEachTokenOfItsTokenizer() throws IOException {
    corpus.withSwitchProbability(0.2).write(folder, 300, 4);
    ObjectMapper json = new ObjectMapper();
    List<String> lines = Files.readAllLines(folder.resolve("corpus.jsonl"));
    assertThat(lines).hasSize(300);
    try (Tokenizer tokenizer = Tokenizers.open(folder.toString())) {
      assertThat(tokenizer.vocabSize()).isEqualTo(208);
      assertThat(tokenizer.sentinel(0)).isEqualTo(207);
      for (String line : lines) {
        JsonNode sequence = json.readTree(line);
        int[] ids = tokenizer.encode(sequence.path("text").asText()).ids();
        assertThat(ids).hasSize(sequence.path("domains").size()).doesNotContain(0, 1, 2);
      }
    }
    try (var files = Files.list(folder)) {
      assertThat(files).as("nothing half-written stays").hasSize(2);
    }
  }

  @Test
  void tagsAreReadAsTheyAreShown() throws IOException {
    corpus.write(folder, 1, 1);
    try (Tokenizer tokenizer = Tokenizers.open(folder.toString())) {
      int[] ids = tokenizer.encode("‹ember› River moon<tide>owl").ids();
      assertThat(java.util.Arrays.stream(ids).mapToObj(tokenizer::piece))
          .containsExactly("‹ember›", "river", "moon", "‹tide›", "owl");
    }
  }

  @Test
  void eachSequenceIsARowOfALanguageModel() {
    corpus.write(folder, 200, 1);
    DataConfig config =
        SettingsRecord.with(
            DataConfig.defaults(),
            Map.of(
                "data",
                List.of(folder.resolve("corpus.jsonl").toString()),
                "objective",
                "language_model",
                "pack_documents",
                false,
                "input_length",
                64));
    try (Tokenizer tokenizer = Tokenizers.open(folder.toString());
        BatchStream stream =
            BatchStream.open(
                config,
                Corpus.open(config),
                tokenizer,
                Objective.of(config, tokenizer, false),
                8,
                1)) {
      Batch batch = stream.next();
      assertThat(batch.hasPadding()).isFalse();
      for (int row = 0; row < 8; row++) {
        assertThat(tokenizer.piece(batch.labels()[row * 64])).startsWith("‹");
      }
    }
  }

  @Test
  void exampleTextsHoldSeveralLanguages() {
    assertThat(corpus.exampleTexts(5))
        .hasSize(5)
        .allSatisfy(t -> assertThat(t.split("<").length - 1).isGreaterThan(2));
  }

  @Test
  void refusesWhatItCantMake() {
    assertThatThrownBy(() -> new SampleCorpus(1, 65, 128, 64, 0.1, 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("languages is 65");
  }
}
