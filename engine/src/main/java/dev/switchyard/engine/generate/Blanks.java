package dev.switchyard.engine.generate;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.observe.Microscope.Prompt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with blanks. A blank is written as the sentinel {@code <extra_id_n>}; or, in a text
 * without sentinels, as three or more underscores, and then they are numbered in order.
 *
 * @param text with its blanks as sentinels
 * @param numbers of the blanks, in the order of the text
 */
record Blanks(String text, List<Integer> numbers) {
  private static final Pattern SENTINEL = Prompt.SENTINEL;

  /**
   * The blanks of a text.
   *
   * @throws InputException if there are none, one stands twice, or the tokenizer has no such
   *     sentinel
   */
  static Blanks in(String text, Tokenizer tokenizer) {
    String named = text;
    if (!SENTINEL.matcher(text).find()) {
      int[] number = {0};
      named =
          Prompt.UNDERSCORES
              .matcher(text)
              .replaceAll(match -> "<extra_id_%d>".formatted(number[0]++));
    }
    List<Integer> numbers = new ArrayList<>();
    Matcher blank = SENTINEL.matcher(named);
    while (blank.find()) {
      int number = Integer.parseInt(blank.group(1));
      tokenizer.sentinel(number);
      if (numbers.contains(number)) {
        throw new InputException(
            "The blank %s stands in the text twice: number the blanks.".formatted(blank.group()));
      }
      numbers.add(number);
    }
    if (numbers.isEmpty()) {
      throw new InputException(
          "The text has no blanks: write <extra_id_0>, <extra_id_1>, ... or ___ where something is"
              + " to be filled in.");
    }
    return new Blanks(named, List.copyOf(numbers));
  }

  /**
   * The text with each blank replaced by what the model wrote after its sentinel; a blank of which
   * it wrote nothing stays.
   */
  String filled(List<Integer> written, Tokenizer tokenizer) {
    Map<Integer, Integer> blankOfId = new HashMap<>();
    numbers.forEach(number -> blankOfId.put(tokenizer.sentinel(number), number));
    Map<Integer, List<Integer>> contents = new HashMap<>();
    List<Integer> current = null;
    for (int id : written) {
      Integer blank = blankOfId.get(id);
      if (blank != null) {
        current = contents.computeIfAbsent(blank, b -> new ArrayList<>());
      } else if (isSentinel(id, tokenizer)) {
        current = null;
      } else if (current != null) {
        current.add(id);
      }
    }
    return SENTINEL
        .matcher(text)
        .replaceAll(
            match -> {
              List<Integer> content = contents.get(Integer.parseInt(match.group(1)));
              return Matcher.quoteReplacement(
                  content == null ? match.group() : tokenizer.decode(content));
            });
  }

  private static boolean isSentinel(int id, Tokenizer tokenizer) {
    for (int n = 0; n < tokenizer.sentinels(); n++) {
      if (tokenizer.sentinel(n) == id) {
        return true;
      }
    }
    return false;
  }
}
