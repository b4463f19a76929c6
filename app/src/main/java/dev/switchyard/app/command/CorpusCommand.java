package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Figures;
import dev.switchyard.app.workbench.SampleData;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.samples.SampleCorpus;
import dev.switchyard.samples.SamplePairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code switchyard corpus}. */
@Command(
    name = "corpus",
    description = {
      "Writes a labelled corpus of small constructed languages over one vocabulary:",
      SampleCorpus.TEXT_FILE + " (text, and the language of each token) and its tokenizer;",
      "or pairs of texts over them (" + SamplePairs.FILE + "), or a folder for each language."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CorpusCommand implements Callable<Integer> {
  private static final SampleCorpus DEFAULTS = SampleData.CORPUS;
  private static final int PAIRS = 8192;

  @ParentCommand private SwitchyardCommand switchyard;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "Where to write; must not exist yet, or be empty.")
  private Path out;

  @Option(
      names = "--sequences",
      paramLabel = "N",
      description = "Sequences of 64 tokens, or pairs (default: 32768 sequences, 8192 pairs).")
  private Integer sequences;

  @Option(
      names = "--pairs",
      paramLabel = "TASK",
      description =
          "Pairs to fine-tune on, in place of sequences. language: words, and the tag of their"
              + " language. continue: a tag and a word, and the eight words that most probably"
              + " follow.")
  private String pairs;

  @Option(
      names = "--by-language",
      description =
          "A folder for each language, the n-th with 1/n of the first's text: for --set"
              + " languages=by_folder.")
  private boolean byLanguage;

  @Option(
      names = "--languages",
      paramLabel = "N",
      description = "Languages, 2 to 64 (default: ${DEFAULT-VALUE}).")
  private int languages = DEFAULTS.languages();

  @Option(
      names = "--words",
      paramLabel = "N",
      description = "Words that the languages share, 4 to 128 (default: ${DEFAULT-VALUE}).")
  private int words = DEFAULTS.words();

  @Option(
      names = "--switching",
      paramLabel = "P",
      description =
          "Share of the tags after the first that change the language, 0 to 1 (default:"
              + " ${DEFAULT-VALUE}).")
  private double switching = DEFAULTS.switchProbability();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Fixes the languages and the sequences (default: ${DEFAULT-VALUE}).")
  private long seed = DEFAULTS.seed();

  @Override
  public Integer call() throws IOException {
    int count = sequences != null ? sequences : pairs == null ? SampleData.SEQUENCES : PAIRS;
    if (count < 1) {
      throw new InputException("--sequences is %d, but must be at least 1.".formatted(count));
    }
    if (pairs != null && byLanguage) {
      throw new InputException("Give --pairs or --by-language, not both.");
    }
    double switched = byLanguage ? 0 : switching;
    SampleCorpus corpus =
        new SampleCorpus(
            seed, languages, words, DEFAULTS.sequenceLength(), DEFAULTS.tagRepetition(), switched);
    checkFree();
    switchyard.terminal().out().println(write(corpus, count));
    return Problems.DONE;
  }

  /** Writes what is asked for, and says what that is. */
  private String write(SampleCorpus corpus, int count) {
    if (pairs != null) {
      new SamplePairs(corpus, SamplePairs.Task.of(pairs)).write(out, count, seed);
      return "%s pairs in %d languages, %s".formatted(Figures.count(count), languages, out);
    }
    if (byLanguage) {
      corpus.writeByLanguage(out, count, seed);
    } else {
      corpus.write(out, count, seed);
    }
    return String.format(
        Locale.ROOT,
        "%s%s sequences in %d languages, entropy %.3f nats a token, %s",
        byLanguage ? "about " : "",
        Figures.count(count),
        languages,
        corpus.entropy(),
        out);
  }

  private void checkFree() throws IOException {
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new InputException("%s is a file; name a folder.".formatted(out));
    }
    try (Stream<Path> held = Files.list(out)) {
      if (held.findAny().isPresent()) {
        throw new InputException("%s is not empty; name another folder.".formatted(out));
      }
    }
  }
}
