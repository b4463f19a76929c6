package dev.switchyard.engine.evaluate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * ROUGE-2 (Lin 2004): how many pairs of neighbouring words a written text shares with a reference.
 *
 * <p>Words are the longest runs of letters and digits, in lower case. With B(t) the multiset of the
 * bigrams of t, written w and reference r:
 *
 * <pre>
 * shared    = sum over bigrams of min(count in B(w), count in B(r))
 * precision = shared / |B(w)|      recall = shared / |B(r)|
 * ROUGE-2   = 2 x precision x recall / (precision + recall)    (F1; 0 where nothing is shared)
 * </pre>
 */
public final class Rouge2 {
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

  private Rouge2() {}

  /**
   * The F1 of two texts, from 0 to 1; NaN where the reference has fewer than two words, and so
   * nothing to be shared.
   */
  public static double of(String written, String reference) {
    Map<String, Integer> wanted = bigrams(reference);
    if (wanted.isEmpty()) {
      return Double.NaN;
    }
    Map<String, Integer> given = bigrams(written);
    int shared = 0;
    for (Map.Entry<String, Integer> bigram : given.entrySet()) {
      shared += Math.min(bigram.getValue(), wanted.getOrDefault(bigram.getKey(), 0));
    }
    return shared == 0 ? 0 : 2.0 * shared / (count(given) + count(wanted));
  }

  private static Map<String, Integer> bigrams(String text) {
    List<String> words = new ArrayList<>();
    for (String word : BETWEEN_WORDS.split(text.toLowerCase(Locale.ROOT))) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    Map<String, Integer> bigrams = new HashMap<>();
    for (int i = 0; i + 1 < words.size(); i++) {
      bigrams.merge(words.get(i) + " " + words.get(i + 1), 1, Integer::sum);
    }
    return bigrams;
  }

  private static int count(Map<String, Integer> bigrams) {
    return bigrams.values().stream().mapToInt(Integer::intValue).sum();
  }
}
