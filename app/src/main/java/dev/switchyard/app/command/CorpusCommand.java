package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Figures;
import dev.switchyard.app.workbench.SampleData;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.samples.SampleCorpus;
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
      SampleCorpus.TEXT_FILE + " (text, and the language of each token) and its tokenizer."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CorpusCommand implements Callable<Integer> {
  private static final SampleCorpus DEFAULTS = SampleData.CORPUS;

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
      description = "Sequences of 64 tokens (default: ${DEFAULT-VALUE}).")
  private int sequences = SampleData.SEQUENCES;

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
    if (sequences < 1) {
      throw new InputException("--sequences is %d, but must be at least 1.".formatted(sequences));
    }
    SampleCorpus corpus =
        new SampleCorpus(
            seed, languages, words, DEFAULTS.sequenceLength(), DEFAULTS.tagRepetition(), switching);
    checkFree();
    corpus.write(out, sequences, seed);
    switchyard
        .terminal()
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%s sequences in %d languages, entropy %.3f nats a token, %s",
                Figures.count(sequences),
                languages,
                corpus.entropy(),
                out));
    return Problems.DONE;
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
