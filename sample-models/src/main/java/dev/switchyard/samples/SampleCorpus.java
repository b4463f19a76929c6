package dev.switchyard.samples;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Draws;
import dev.switchyard.engine.tensor.RandomKey;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A labelled corpus on which experts can specialise: many small constructed languages over one
 * vocabulary. In each language every word has four successors of its own, with probabilities
 * proportional to 1, 1/2, 1/4 and 1/8, so the same word means different things in different
 * languages, and parameters, not computation, are what a model is short of.
 *
 * <p>A sequence opens with its language's tag, such as {@code <ember>}, and a random word. At each
 * later place stands, with probability {@code tagRepetition}, a tag and after it a random word;
 * else a successor of the word before. The tag is the language's own again, or, with probability
 * {@code switchProbability}, another's, which then goes on. Every token's language is known.
 *
 * @param seed fixes the languages
 * @param languages how many, 2 to 64
 * @param words of the vocabulary that they share, 4 to 128
 * @param sequenceLength tokens of a sequence, tags included
 * @param tagRepetition probability of a tag at a place after the first
 * @param switchProbability probability that such a tag is another language's
 */
public record SampleCorpus(
    long seed,
    int languages,
    int words,
    int sequenceLength,
    double tagRepetition,
    double switchProbability) {

  /** The name of the text that {@link #write} makes. */
  public static final String TEXT_FILE = "corpus.jsonl";

  /** The name of the tokenizer that {@link #write} makes. */
  public static final String TOKENIZER_FILE = "tokenizer.json";

  private static final int SUCCESSORS = 4;

  /** Cumulative chances of the successors in fifteenths: 8, 4, 2 and 1. */
  private static final int[] CHANCES = {8, 12, 14, 15};

  /** In place of a language: whichever is drawn. */
  private static final int ANY = -1;

  private static final int LANGUAGE_SITE = 1;
  private static final int SEQUENCE_SITE = 2;

  /** A sequence: words and tags as written, and the language of each. */
  public record Sequence(List<String> tokens, List<String> domains) {
    /** The tokens with blanks between them. */
    public String text() {
      return String.join(" ", tokens);
    }
  }

  /** 64 languages over 128 words, sequences of 64 tokens, a tag at every tenth place. */
  public static SampleCorpus defaults() {
    return new SampleCorpus(1, 64, 128, 64, 0.1, 0.0);
  }

  /** Checks the bounds. */
  public SampleCorpus {
    check("languages", languages, 2, SampleWords.LANGUAGES.size());
    check("words", words, SUCCESSORS, SampleWords.WORDS.size());
    check("sequence_length", sequenceLength, 2, 1 << 20);
    check("tag_repetition", tagRepetition, 0, 1);
    check("switch_probability", switchProbability, 0, 1);
  }

  private static void check(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new InputException(
          "The sample corpus can't be made: %s is %s, but must be between %s and %s."
              .formatted(name, value, min, max));
    }
  }

  /** The same languages, but with another chance that a tag changes the language. */
  public SampleCorpus withSwitchProbability(double probability) {
    return new SampleCorpus(seed, languages, words, sequenceLength, tagRepetition, probability);
  }

  /** A language's tag, as it is written in the text. */
  public static String tag(String language) {
    return "<" + language + ">";
  }

  /** The names of the languages. */
  public List<String> languageNames() {
    return SampleWords.LANGUAGES.subList(0, languages);
  }

  /** The shared words. */
  public List<String> vocabulary() {
    return SampleWords.WORDS.subList(0, words);
  }

  /** The successors of a word in a language, the most probable first. */
  public List<String> successors(String language, String word) {
    int index = SampleWords.LANGUAGES.indexOf(language) * words + SampleWords.WORDS.indexOf(word);
    List<String> names = new ArrayList<>();
    for (int successor : successors(index)) {
      names.add(SampleWords.WORDS.get(successor));
    }
    return names;
  }

  private int[] successors(int languageAndWord) {
    Draws draws = new Draws(new RandomKey(seed, languageAndWord, LANGUAGE_SITE));
    int[] chosen = new int[SUCCESSORS];
    for (int i = 0; i < SUCCESSORS; i++) {
      int candidate = draws.below(words);
      while (contains(chosen, i, candidate)) {
        candidate = draws.below(words);
      }
      chosen[i] = candidate;
    }
    return chosen;
  }

  private static boolean contains(int[] chosen, int count, int candidate) {
    for (int i = 0; i < count; i++) {
      if (chosen[i] == candidate) {
        return true;
      }
    }
    return false;
  }

  private int[][] allSuccessors() {
    int[][] all = new int[languages * words][];
    for (int i = 0; i < all.length; i++) {
      all[i] = successors(i);
    }
    return all;
  }

  /**
   * The mean entropy of a token, in nats, given all before it: no model of these sequences has a
   * lower cross-entropy.
   */
  public double entropy() {
    double total = Math.log(languages);
    double afterTag = 1;
    double tagEntropy =
        entropyOf(switchProbability) + switchProbability * Math.log(languages - 1.0);
    double wordEntropy = 0;
    for (int fifteenths : new int[] {8, 4, 2, 1}) {
      wordEntropy -= fifteenths / 15.0 * Math.log(fifteenths / 15.0);
    }
    double later =
        entropyOf(tagRepetition) + tagRepetition * tagEntropy + (1 - tagRepetition) * wordEntropy;
    for (int place = 1; place < sequenceLength; place++) {
      total += afterTag * Math.log(words) + (1 - afterTag) * later;
      afterTag = (1 - afterTag) * tagRepetition;
    }
    return total / sequenceLength;
  }

  private static double entropyOf(double p) {
    return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  }

  /**
   * Some sequences, a pure function of seed and numbers.
   *
   * @param drawSeed fixes the draws; the languages are the record's
   * @param first number of the first
   * @param count how many
   */
  public List<Sequence> sequences(long drawSeed, long first, int count) {
    int[][] successors = allSuccessors();
    List<Sequence> sequences = new ArrayList<>();
    for (long number = first; number < first + count; number++) {
      sequences.add(sequence(successors, drawSeed, number, ANY));
    }
    return sequences;
  }

  /** A sequence that opens in a language, or in any. */
  private Sequence sequence(int[][] successors, long drawSeed, long number, int opening) {
    Draws draws = new Draws(new RandomKey(drawSeed, number, SEQUENCE_SITE));
    List<String> tokens = new ArrayList<>(sequenceLength);
    List<String> domains = new ArrayList<>(sequenceLength);
    int language = opening == ANY ? draws.below(languages) : opening;
    int word = -1; // none yet after a tag
    for (int place = 0; place < sequenceLength; place++) {
      boolean tagHere = place == 0 || (word >= 0 && draws.chance(tagRepetition));
      if (tagHere) {
        if (place > 0 && draws.chance(switchProbability)) {
          language = (language + 1 + draws.below(languages - 1)) % languages;
        }
        word = -1;
      } else if (word < 0) {
        word = draws.below(words);
      } else {
        word = successors[language * words + word][drawnSuccessor(draws)];
      }
      String name = SampleWords.LANGUAGES.get(language);
      tokens.add(tagHere ? tag(name) : SampleWords.WORDS.get(word));
      domains.add(name);
    }
    return new Sequence(tokens, domains);
  }

  private static int drawnSuccessor(Draws draws) {
    int drawn = draws.below(CHANCES[SUCCESSORS - 1]);
    int successor = 0;
    while (drawn >= CHANCES[successor]) {
      successor++;
    }
    return successor;
  }

  /**
   * Texts for a reader to route: short enough to be seen whole, each in several languages that
   * share it about evenly.
   */
  public List<String> exampleTexts(int count) {
    SampleCorpus shorter = new SampleCorpus(seed, languages, words, 40, tagRepetition, 0.8);
    return shorter.sequences(~seed, 0, 100 * count).stream()
        .filter(SampleCorpus::isShared)
        .limit(count)
        .map(Sequence::text)
        .toList();
  }

  /** Whether at least four languages occur, none in more than two fifths of the tokens. */
  private static boolean isShared(Sequence sequence) {
    Map<String, Long> tokens =
        sequence.domains().stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    long largest = tokens.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return tokens.size() >= 4 && 5 * largest <= 2L * sequence.tokens().size();
  }

  /**
   * Writes {@value #TEXT_FILE} (a line a sequence: {@code text}, and {@code domains} with the
   * language of each token) and {@value #TOKENIZER_FILE}. Files appear whole or not at all.
   *
   * @param folder is made if it is not there
   * @param drawSeed fixes the sequences
   * @throws InputException where the folder can't be written
   */
  public void write(Path folder, int sequences, long drawSeed) {
    writeFiles(folder, TEXT_FILE, out -> writeLines(out, sequences, drawSeed, ANY));
  }

  /**
   * Writes each language into a folder of its own, with a {@value #TEXT_FILE} whose every sequence
   * is of that language, and the tokenizer beside the folders. The first language has the most
   * sequences, the n-th a share of 1/n of that.
   *
   * @param sequences about how many in all; each language has 8 at least
   * @throws InputException where the folder can't be written
   */
  public void writeByLanguage(Path folder, int sequences, long drawSeed) {
    double all = IntStream.rangeClosed(1, languages).mapToDouble(n -> 1.0 / n).sum();
    writeFiles(folder, null, null);
    for (int language = 0; language < languages; language++) {
      int count = (int) Math.max(8, Math.round(sequences / all / (language + 1)));
      int only = language;
      // Another seed for each language, or all would open with the same words.
      long seed = drawSeed + language;
      writeFile(
          folder.resolve(languageNames().get(language)),
          TEXT_FILE,
          out -> writeLines(out, count, seed, only));
    }
  }

  /** Writes the tokenizer, and then, if it is asked for, a file of text. */
  void writeFiles(Path folder, String name, Writing text) {
    writeFile(folder, TOKENIZER_FILE, out -> out.write(SampleTokenizer.json(this)));
    if (name != null) {
      writeFile(folder, name, text);
    }
  }

  private static void writeFile(Path folder, String name, Writing writing) {
    try {
      Files.createDirectories(folder);
      writeWhole(folder.resolve(name), writing);
    } catch (IOException e) {
      throw new InputException(
          ("The sample corpus can't be written to %s: check that there is room and that you may"
                  + " write there.")
              .formatted(folder),
          e);
    }
  }

  @FunctionalInterface
  interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private static void writeWhole(Path file, Writing writing) throws IOException {
    Path part =
        Files.createTempFile(
            file.toAbsolutePath().getParent(), file.getFileName().toString(), ".part");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part), 1 << 16)) {
        writing.to(out);
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private void writeLines(OutputStream out, int sequences, long drawSeed, int language)
      throws IOException {
    int[][] successors = allSuccessors();
    try (JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
      json.setRootValueSeparator(null);
      for (long number = 0; number < sequences; number++) {
        Sequence sequence = sequence(successors, drawSeed, number, language);
        json.writeStartObject();
        json.writeStringField("text", sequence.text());
        json.writeArrayFieldStart("domains");
        for (String domain : sequence.domains()) {
          json.writeString(domain);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
  }
}
