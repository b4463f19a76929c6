package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hugging Face's tokenizers read bytes as the byte tokenizer does. */
final class ByteTokenizerFileTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ByteTokenizer bytes = new ByteTokenizer();

  @TempDir Path folder;

  @Test
  void theirLibraryGivesTheSameIdsAndTheSameText() {
    StringBuilder every = new StringBuilder("a  b\n\tc <extra_id_0> d<extra_id_99>, 007 ");
    for (int point = 1; point < 0x2100; point += point < 0x180 ? 1 : 97) {
      every.appendCodePoint(point);
    }
    String text = every.append("\u20AC \uD834\uDD1E e\u0301 ").toString();
    try (JsonTokenizer theirs = JsonTokenizer.read(ByteTokenizerFile.text(), "of the test")) {
      int[] ids = theirs.ids(text);
      assertThat(ids).isEqualTo(bytes.ids(text));
      assertThat(theirs.decode(Arrays.stream(ids).boxed().toList())).isEqualTo(text);
      assertThat(theirs.vocabSize()).isEqualTo(bytes.vocabSize());
      assertThat(theirs.end()).isEqualTo(bytes.end());
      assertThat(theirs.sentinels()).isEqualTo(bytes.sentinels());
      assertThat(theirs.sentinel(0)).isEqualTo(bytes.sentinel(0));
      assertThat(theirs.sentinel(99)).isEqualTo(bytes.sentinel(99));
    }
  }

  @Test
  void theFileIsKnownAgainWhoeverWroteIt() throws IOException {
    JsonNode root = JSON.readTree(ByteTokenizerFile.text());
    String anew = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    Path file = Files.writeString(folder.resolve("tokenizer.json"), anew);
    try (Tokenizer opened = Tokenizers.open(folder.toString())) {
      assertThat(opened.description()).isEqualTo(ByteTokenizer.NAME);
    }
    assertThat(ByteTokenizerFile.isAt(file)).isTrue();
  }

  @Test
  void anotherVocabularyIsAnotherTokenizer() throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(ByteTokenizerFile.text());
    ((ObjectNode) root.path("model").path("vocab")).put("!", 384);
    Path file = Files.writeString(folder.resolve("tokenizer.json"), root.toString());
    assertThat(ByteTokenizerFile.isAt(file)).isFalse();
    try (Tokenizer opened = Tokenizers.open(file.toString())) {
      assertThat(opened).isInstanceOf(JsonTokenizer.class);
    }
    assertThat(ByteTokenizerFile.is("{")).isFalse();
    assertThat(ByteTokenizerFile.is("[1]")).isFalse();
    assertThat(ByteTokenizerFile.isAt(folder)).isFalse();
  }
}
