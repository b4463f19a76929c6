package dev.switchyard.app.workbench;

import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.samples.SampleCorpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The generated sample corpus. Settings name it as data and as tokenizer; it is generated when a
 * run first wants it, and kept.
 */
public final class SampleData {
  /** What stands in the settings for the corpus, and for its tokenizer. */
  public static final String NAME = "sample-corpus";

  /** Enough that a run of a thousand steps of 64 sequences sees each twice at most. */
  public static final int SEQUENCES = 32_768;

  /** Every fifth tag changes the language, so that one text shows experts of several. */
  public static final SampleCorpus CORPUS = SampleCorpus.defaults().withSwitchProbability(0.2);

  private static final String FOLDER = NAME + "-" + SEQUENCES + "-switching";
  private static final long DRAW_SEED = 1;
  private static final int EXAMPLES = 8;

  private final Path folder;

  /** The corpus in this home. */
  public SampleData(Home home) {
    this.folder = home.cache().resolve(FOLDER);
  }

  /**
   * The same configuration with files in place of the corpus' name; they are made if need be. Where
   * only the tokenizer names the corpus and no data is given, the corpus is meant; its tokenizer
   * knows the corpus' words only, so other text is read as bytes.
   */
  public RunConfig resolve(RunConfig config) {
    DataConfig data = config.data();
    boolean asTokenizer = data.tokenizer().equals(NAME);
    List<String> given = data.data().isEmpty() && asTokenizer ? List.of(NAME) : data.data();
    boolean asData = given.contains(NAME) && !Files.exists(Path.of(NAME));
    if (!asData && !asTokenizer) {
      return config;
    }
    if (!asData) {
      return config.with(Map.of("tokenizer", ByteTokenizer.NAME));
    }
    makeOnce();
    List<String> paths = given.stream().map(p -> p.equals(NAME) ? text().toString() : p).toList();
    String tokenizer =
        asTokenizer ? folder.resolve(SampleCorpus.TOKENIZER_FILE).toString() : data.tokenizer();
    return config.with(Map.of("data", Map.of("data", paths, "tokenizer", tokenizer)));
  }

  /** The same paths, with the corpus' file in place of its name; it is made if need be. */
  public List<String> paths(List<String> given) {
    if (!given.contains(NAME) || Files.exists(Path.of(NAME))) {
      return given;
    }
    makeOnce();
    return given.stream().map(p -> p.equals(NAME) ? text().toString() : p).toList();
  }

  /** Texts that suit a model trained on the corpus; none for other data. */
  public List<String> examplesFor(List<String> trainedOn) {
    return trainedOn.contains(text().toString()) ? exampleTexts() : List.of();
  }

  /** Texts in several of the corpus' languages. */
  static List<String> exampleTexts() {
    return CORPUS.exampleTexts(EXAMPLES);
  }

  /** Whether a path is that of the corpus in some home. */
  static boolean isText(String path) {
    return Path.of(path).endsWith(Path.of(FOLDER, SampleCorpus.TEXT_FILE));
  }

  private Path text() {
    return folder.resolve(SampleCorpus.TEXT_FILE);
  }

  /** The text is written last, and whole: where it is, all is. */
  private synchronized void makeOnce() {
    if (!Files.exists(text())) {
      CORPUS.write(folder, SEQUENCES, DRAW_SEED);
    }
  }
}
