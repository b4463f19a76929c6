package dev.switchyard.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ROUGE-2 on cases that are counted by hand. */
final class Rouge2Test {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The same text: every bigram is shared.
        "the cat sat | the cat sat | 1",
        // 2 of 3 written and 2 of 4 wanted: 2 x 2 / (3 + 4).
        "the cat sat down | on the cat sat here | 0.5714285714285714",
        // Case and signs between words don't count.
        "The CAT, sat! | the cat sat | 1",
        // The same words in another order share no bigram.
        "sat cat the | the cat sat | 0",
        // 'a a' is twice in the first, once in the second: min(2, 1) = 1; 2 x 1 / (2 + 1).
        "a a a | a a | 0.6666666666666666",
        // One word makes no bigram.
        "cat | the cat | 0",
        "'' | the cat | 0",
        // Letters of any script, with their marks.
        "größe der häuser | die größe der häuser | 0.8",
        // A reference of one word has nothing to be shared.
        "cat | cat | NaN",
        "the cat | '' | NaN"
      })
  void countsSharedBigrams(String written, String reference, double expected) {
    assertThat(Rouge2.of(written, reference)).isEqualTo(expected, within(1e-15));
  }
}
