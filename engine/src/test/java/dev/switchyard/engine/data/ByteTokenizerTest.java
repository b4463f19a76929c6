package dev.switchyard.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizer.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteTokenizerTest {
  private final Tokenizer tokenizer = new ByteTokenizer();

  @Test
  void anyUnicodeTextComesBack() {
    Random random = new Random(3);
    for (int trial = 0; trial < 200; trial++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        int point = random.nextInt(1 << (7 + random.nextInt(14))) % 0x110000;
        if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
          text.appendCodePoint(point);
        }
      }
      Encoding encoding = tokenizer.encode(text.toString());
      assertThat(decode(encoding.ids())).isEqualTo(text.toString());
      assertThat(encoding.ids()).hasSize(text.toString().getBytes(StandardCharsets.UTF_8).length);
    }
  }

  private String decode(int... ids) {
    return tokenizer.decode(Arrays.stream(ids).boxed().toList());
  }

  @Test
  void everyByteOfACharacterHasTheCharactersPlace() {
    Encoding encoding = tokenizer.encode("a€😀b");
    assertThat(encoding.starts()).containsExactly(0, 1, 1, 1, 2, 2, 2, 2, 4);
    assertThat(encoding.ends()).containsExactly(1, 2, 2, 2, 4, 4, 4, 4, 5);
  }

  @Test
  void aLoneSurrogateBecomesTheReplacementCharacter() {
    assertThat(decode(tokenizer.encode("a\uD83Db").ids())).isEqualTo("a\uFFFDb");
  }

  @Test
  void sentinelsStandAtTheTopOfTheVocabulary() {
    assertThat(tokenizer.vocabSize()).isEqualTo(384);
    assertThat(tokenizer.sentinels()).isEqualTo(100);
    assertThat(tokenizer.sentinel(0)).isEqualTo(383);
    assertThat(tokenizer.sentinel(99)).isEqualTo(284);
    assertThatThrownBy(() -> tokenizer.sentinel(100))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has 100");
  }

  @Test
  void writtenSentinelsAreReadAsSentinels() {
    String text = "a<extra_id_0>b<extra_id_99><extra_id_100><extra_id_007><extra_id_";
    Encoding encoding = tokenizer.encode(text);
    assertThat(encoding.ids()).startsWith('a' + 3, 383, 'b' + 3, 284, '<' + 3);
    assertThat(encoding.starts()).startsWith(0, 1, 13, 14, 27);
    assertThat(decode(encoding.ids())).isEqualTo(text);
  }

  @Test
  void specialTokensAreLeftOutOfText() {
    assertThat(decode(0, 1, 2, 'x' + 3, 270)).isEqualTo("x");
  }

  @Test
  void piecesArePrintable() {
    assertThat(tokenizer.piece('g' + 3)).isEqualTo("g");
    assertThat(tokenizer.piece(' ' + 3)).isEqualTo("␣");
    assertThat(tokenizer.piece('\n' + 3)).isEqualTo("↵");
    assertThat(tokenizer.piece(0xE2 + 3)).isEqualTo("E2");
    assertThat(tokenizer.piece(383)).isEqualTo("‹extra_id_0›");
    assertThat(tokenizer.piece(1)).isEqualTo("‹end›");
  }
}
