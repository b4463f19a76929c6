package dev.switchyard.samples;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Draws;
import dev.switchyard.engine.tensor.RandomKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Pairs of texts over the languages of a {@link SampleCorpus}, to fine-tune on what it teaches.
 * Each pair has one right target, so that answers can be marked.
 *
 * @param corpus whose languages they are
 * @param task what is asked for
 */
public record SamplePairs(SampleCorpus corpus, Task task) {
  /** The name of the file that {@link #write} makes. */
  public static final String FILE = "pairs.tsv";

  private static final int SENTENCE = 16;
  private static final int CONTINUATION = 8;
  private static final int SITE = 3;

  /** What a pair's target is. */
  public enum Task {
    /** Words of a language without its tag; the target is the tag. */
    LANGUAGE,
    /** A tag and a word; the target are the eight words that follow, each the most probable. */
    CONTINUE;

    /** The task of a name as people write it. */
    public static Task of(String name) {
      for (Task task : values()) {
        if (task.toString().equals(name)) {
          return task;
        }
      }
      throw new InputException(
          "There are no pairs \"%s\"; there are language and continue.".formatted(name));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** An input and its target. */
  public record Pair(String input, String target) {}

  /** How many different pairs there are. */
  public long distinct() {
    return task == Task.CONTINUE ? (long) corpus.languages() * corpus.words() : Long.MAX_VALUE;
  }

  /**
   * Some pairs, a pure function of the corpus' seed and the draws'.
   *
   * @param count at most {@link #distinct}
   */
  public List<Pair> pairs(long drawSeed, int count) {
    if (count > distinct()) {
      throw new InputException(
          "There are %d different pairs of the task %s: ask for no more."
              .formatted(distinct(), task));
    }
    return task == Task.CONTINUE ? continuations(drawSeed, count) : sentences(drawSeed, count);
  }

  private List<Pair> continuations(long drawSeed, int count) {
    int[] order =
        new Draws(new RandomKey(drawSeed, 0, SITE))
            .permutation(corpus.languages() * corpus.words());
    return Arrays.stream(order).limit(count).mapToObj(this::continuation).toList();
  }

  private Pair continuation(int languageAndWord) {
    String language = corpus.languageNames().get(languageAndWord / corpus.words());
    String word = corpus.vocabulary().get(languageAndWord % corpus.words());
    List<String> following = new ArrayList<>();
    String last = word;
    for (int i = 0; i < CONTINUATION; i++) {
      last = corpus.successors(language, last).getFirst();
      following.add(last);
    }
    return new Pair(SampleCorpus.tag(language) + " " + word, String.join(" ", following));
  }

  private List<Pair> sentences(long drawSeed, int count) {
    SampleCorpus untagged =
        new SampleCorpus(corpus.seed(), corpus.languages(), corpus.words(), SENTENCE + 1, 0, 0);
    return untagged.sequences(drawSeed, 0, count).stream()
        .map(
            sequence ->
                new Pair(
                    String.join(" ", sequence.tokens().subList(1, SENTENCE + 1)),
                    sequence.tokens().getFirst()))
        .toList();
  }

  /**
   * Writes {@value #FILE} and the corpus' tokenizer. Files appear whole or not at all.
   *
   * @param folder is made if it is not there
   * @throws InputException where the folder can't be written
   */
  public void write(Path folder, int count, long drawSeed) {
    List<Pair> pairs = pairs(drawSeed, count);
    corpus.writeFiles(folder, FILE, out -> writeLines(out, pairs));
  }

  private static void writeLines(OutputStream out, List<Pair> pairs) throws IOException {
    for (Pair pair : pairs) {
      out.write((pair.input() + "\t" + pair.target() + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
