package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Tokenizer.Encoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTokenizerTest {
  private static final String WORDS =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [%s],
       "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
       "post_processor": null, "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab":
         {"<pad>": 0, "</s>": 1, "<unk>": 2, "sun": 3, "moon": 4, "😀": 5, "<tide>": 6}}}
      """;
  private static final String SENTINELS = added(7, "<extra_id_0>") + "," + added(8, "<extra_id_1>");
  private static final String SPECIAL = added(0, "<pad>") + "," + added(1, "</s>");

  @TempDir Path folder;

  private static String added(int id, String word) {
    return """
    {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true}\
    """
        .formatted(id, word);
  }

  private Tokenizer open(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    return Tokenizers.open(folder.toString());
  }

  private Tokenizer words() throws IOException {
    return open(WORDS.formatted(SPECIAL + "," + SENTINELS));
  }

  @Test
  void findsEndAndSentinelsByName() throws IOException {
    try (Tokenizer tokenizer = words()) {
      assertThat(tokenizer.vocabSize()).isEqualTo(9);
      assertThat(tokenizer.end()).isEqualTo(1);
      assertThat(tokenizer.sentinels()).isEqualTo(2);
      assertThat(tokenizer.sentinel(1)).isEqualTo(8);
    }
  }

  @Test
  void encodesWithPlacesInUtf16Units() throws IOException {
    try (Tokenizer tokenizer = words()) {
      Encoding encoding = tokenizer.encode("sun 😀 moon star <extra_id_1>sun");
      assertThat(encoding.ids()).containsExactly(3, 5, 4, 2, 8, 3);
      assertThat(encoding.starts()).containsExactly(0, 4, 7, 12, 17, 29);
      assertThat(encoding.ends()).containsExactly(3, 6, 11, 16, 29, 32);
      assertThat(tokenizer.ids("sun 😀 moon star <extra_id_1>sun")).isEqualTo(encoding.ids());
      assertThat(tokenizer.encode("").ids()).isEmpty();
      assertThat(tokenizer.ids("")).isEmpty();
    }
  }

  @Test
  void longTextsAreNotCut() throws IOException {
    try (Tokenizer tokenizer = words()) {
      assertThat(tokenizer.encode("sun ".repeat(5000)).ids()).hasSize(5000);
    }
  }

  @Test
  void decodesWithoutSpecialTokensButWithSentinels() throws IOException {
    try (Tokenizer tokenizer = words()) {
      assertThat(tokenizer.decode(List.of(0, 3, 7, 4, 1))).isEqualTo("sun <extra_id_0> moon");
      assertThat(tokenizer.decode(List.of(0, 1))).isEmpty();
    }
  }

  @Test
  void piecesArePrintable() throws IOException {
    try (Tokenizer tokenizer = words()) {
      assertThat(List.of(0, 1, 3, 6, 7, 99).stream().map(tokenizer::piece))
          .containsExactly("‹pad›", "‹end›", "sun", "‹tide›", "‹extra_id_0›", "‹unused›");
    }
  }

  @Test
  void piecesOfByteLevelVocabulariesAreText() throws IOException {
    String json =
        """
        {"version": "1.0", "added_tokens": [%s],
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
           "use_regex": true},
         "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
           "use_regex": true},
         "model": {"type": "BPE", "merges": [], "vocab":
           {"!": 0, "Ġ": 1, "Ċ": 2, "Ã": 3, "¼": 4, "Ã¼": 5, "Ġa": 6}}}
        """
            .formatted(added(7, "<|endoftext|>"));
    try (Tokenizer tokenizer = open(json)) {
      assertThat(tokenizer.end()).isEqualTo(7);
      assertThat(Arrays.stream(new int[] {0, 1, 2, 3, 5, 6, 7}).mapToObj(tokenizer::piece))
          .containsExactly("!", "␣", "↵", "C3", "ü", "␣a", "‹end›");
      assertThat(tokenizer.decode(List.of(3, 4, 7))).isEqualTo("ü");
    }
  }

  @Test
  void itsDescriptionGivesItBack() throws IOException {
    try (Tokenizer tokenizer = words();
        Tokenizer again = Tokenizers.of(tokenizer.description())) {
      assertThat(again.encode("moon sun").ids()).containsExactly(4, 3);
    }
    assertThat(Tokenizers.of("bytes")).isInstanceOf(ByteTokenizer.class);
  }

  @Test
  void spanCorruptionNeedsSentinels() throws IOException {
    DataConfig config = SettingsRecord.with(DataConfig.defaults(), Map.of("input_length", 8));
    try (Tokenizer tokenizer = open(WORDS.formatted(SPECIAL))) {
      assertThatThrownBy(() -> Objective.of(config, tokenizer, true))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("has no sentinels");
    }
    try (Tokenizer tokenizer = words()) {
      assertThat(Objective.of(config, tokenizer, true).inputLength()).isEqualTo(8);
    }
  }

  @Test
  void saysWhatIsWrongWithAFile() {
    refused("no json", "is not a complete tokenizer.json");
    refused("{}", "is not a complete tokenizer.json");
    refused(WORDS.formatted("").replace("</s>", "stop"), "no token for the end of a text");
    refused("{\"model\": {\"vocab\": {\"</s>\": 1}}}", "can't be used");
    assertThatThrownBy(() -> Tokenizers.open(folder.resolve("nowhere").toString()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("There is no tokenizer at");
  }

  private void refused(String json, String message) {
    assertThatThrownBy(() -> open(json))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
