package dev.switchyard.engine.data;

import dev.switchyard.engine.tensor.RandomKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The languages of a corpus that has a folder for each, and how often each gives a row: with
 * probability proportional to size^exponent. An exponent of 1 takes them as they come, 0 all
 * equally often; 0.3 lets small ones be heard without repeating them too soon.
 *
 * @param languages in the order of their names
 */
public record Languages(List<Language> languages) {
  /** The setting languages where folders are languages. */
  static final String BY_FOLDER = "by_folder";

  private static final int SITE = 0x6C616E67;

  /**
   * One language.
   *
   * @param name of its folder
   * @param corpus its text
   * @param share the probability that a row is of this language
   */
  public record Language(String name, Corpus corpus, double share) {
    /** A seed of its own, so that its rows do not depend on the other languages. */
    long seed(long seed) {
      return new RandomKey(seed, name.hashCode(), SITE).stream();
    }
  }

  /** The languages of a corpus; none where the configuration takes it as one. */
  public static Languages of(DataConfig config, Corpus corpus) {
    return config.languages().equals(BY_FOLDER)
        ? of(corpus, config.languageExponent())
        : new Languages(List.of());
  }

  private static Languages of(Corpus corpus, double exponent) {
    Map<String, Corpus> parts = corpus.byLanguage();
    double[] weights =
        parts.values().stream().mapToDouble(part -> Math.pow(part.bytes(), exponent)).toArray();
    double all = 0;
    for (double weight : weights) {
      all += weight;
    }
    List<Language> languages = new ArrayList<>();
    for (Map.Entry<String, Corpus> part : parts.entrySet()) {
      languages.add(new Language(part.getKey(), part.getValue(), weights[languages.size()] / all));
    }
    return new Languages(List.copyOf(languages));
  }

  /** Whether the corpus is taken as one. */
  public boolean isEmpty() {
    return languages.isEmpty();
  }

  /** The number of the language that gives a row of the stream. */
  int drawn(long seed, long row) {
    double left = RandomKey.uniform(new RandomKey(seed, row, SITE).stream(), 0);
    int last = languages.size() - 1;
    for (int i = 0; i < last; i++) {
      left -= languages.get(i).share();
      if (left < 0) {
        return i;
      }
    }
    return last;
  }

  /** The shares by name. */
  public Map<String, Double> shares() {
    Map<String, Double> shares = new LinkedHashMap<>();
    languages.forEach(language -> shares.put(language.name(), language.share()));
    return shares;
  }
}
