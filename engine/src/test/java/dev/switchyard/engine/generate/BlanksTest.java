package dev.switchyard.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlanksTest {
  private final Tokenizer tokenizer = new ByteTokenizer();

  private List<Integer> written(String text) {
    return Arrays.stream(tokenizer.ids(text)).boxed().toList();
  }

  @Test
  void everyBlankGetsWhatFollowsItsSentinel() {
    Blanks blanks = Blanks.in("The <extra_id_0> walks in a <extra_id_1>.", tokenizer);
    assertThat(blanks.filled(written("<extra_id_0>cat<extra_id_1>$1 park<extra_id_2>!"), tokenizer))
        .isEqualTo("The cat walks in a $1 park.");
  }

  @Test
  void underscoresAreBlanksToo() {
    Blanks blanks = Blanks.in("a ___ b _____ c __", tokenizer);
    assertThat(blanks.text()).isEqualTo("a <extra_id_0> b <extra_id_1> c __");
    assertThat(blanks.filled(written("<extra_id_1>y<extra_id_0>x"), tokenizer))
        .isEqualTo("a x b y c __");
  }

  @Test
  void underscoresBesideSentinelsAreText() {
    assertThat(Blanks.in("a ___ <extra_id_0>", tokenizer).text()).isEqualTo("a ___ <extra_id_0>");
  }

  @Test
  void aBlankOfWhichNothingWasWrittenStays() {
    Blanks blanks = Blanks.in("a <extra_id_0> b <extra_id_1>", tokenizer);
    assertThat(blanks.filled(written("stray<extra_id_0>x<extra_id_7>y"), tokenizer))
        .isEqualTo("a x b <extra_id_1>");
  }

  @Test
  void textsWithoutBlanksOrWithImpossibleOnesAreRefused() {
    assertThatThrownBy(() -> Blanks.in("nothing here", tokenizer))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("The text has no blanks");
    assertThatThrownBy(() -> Blanks.in("<extra_id_0> and <extra_id_0>", tokenizer))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> Blanks.in("<extra_id_9999>", tokenizer))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("<extra_id_9999>");
  }
}
