package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.layer.RowDivision;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A configuration that fits together, with the tokenizer that it asks for.
 *
 * @param config with the vocabulary's size filled in and all paths absolute
 * @param tokenizer open; the caller closes it
 * @param objective what rows become
 */
record RunSetup(RunConfig config, Tokenizer tokenizer, Objective objective)
    implements AutoCloseable {
  private static final String BYTES = ByteTokenizer.NAME;
  private static final List<String> NEED_ENCODER =
      List.of("span_corruption", "prefix_language_model");

  /**
   * Opens the tokenizer and checks what no single setting shows.
   *
   * @throws InputException naming the settings that don't fit together
   */
  static RunSetup of(RunConfig given) {
    RunConfig config = withAbsolutePaths(given);
    return of(config, Tokenizers.open(config.data().tokenizer()));
  }

  /** The same with a tokenizer that is open already; it is closed if something does not fit. */
  static RunSetup of(RunConfig given, Tokenizer tokenizer) {
    try {
      RunConfig config = withGroups(withVocabulary(withTokenizerName(given, tokenizer), tokenizer));
      checkObjective(config);
      checkMicroBatches(config);
      checkProbes(config, tokenizer);
      MeshLearner.check(config);
      Objective objective =
          Objective.of(config.data(), tokenizer, config.model().isEncoderDecoder());
      SwitchTransformer.checkRouting(
          config.model(),
          config.routing(),
          config.training().batchSize(),
          objective.inputLength(),
          objective.targetLength());
      return new RunSetup(config, tokenizer, objective);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static RunConfig withAbsolutePaths(RunConfig config) {
    DataConfig data = config.data();
    List<String> paths = data.data().stream().map(RunSetup::absolute).toList();
    String tokenizer = data.tokenizer().equals(BYTES) ? BYTES : absolute(data.tokenizer());
    String from = config.training().from();
    return config.with(
        Map.of(
            "data", Map.of("data", paths, "tokenizer", tokenizer),
            "training", Map.of("from", absolute(from)),
            "distillation", Map.of("teacher", absolute(config.distillation().teacher()))));
  }

  private static String absolute(String path) {
    // What is no path at all is left as it is: whoever opens it says so.
    return path.isBlank() || path.indexOf('\0') >= 0
        ? path
        : Path.of(path).toAbsolutePath().normalize().toString();
  }

  /** A file that holds the byte tokenizer stands for its name. */
  private static RunConfig withTokenizerName(RunConfig config, Tokenizer tokenizer) {
    return tokenizer.description().equals(BYTES) ? config.with(Map.of("tokenizer", BYTES)) : config;
  }

  private static RunConfig withVocabulary(RunConfig config, Tokenizer tokenizer) {
    ModelConfig model = config.model();
    int needed = tokenizer.vocabSize();
    if (model.vocabSize() == 0) {
      model = SettingsRecord.with(model, Map.of("vocab_size", needed));
    } else if (model.vocabSize() < needed) {
      throw new InputException(
          "vocab_size is %d, but the tokenizer has %d tokens: %s."
              .formatted(
                  model.vocabSize(),
                  needed,
                  config.distillation().hasTeacher()
                      ? "set tokenizer to the teacher's, which has its vocabulary"
                      : "set it to that or more, or to 0"));
    }
    return new RunConfig(
        model,
        config.routing(),
        config.data(),
        config.training(),
        config.distillation(),
        config.parallel());
  }

  /**
   * Every device that has rows of its own, and every micro-batch, needs whole routing groups: the
   * smallest number of groups that lie so and is divided by the groups asked for. Where rows do not
   * divide evenly, each row is a group at least.
   */
  static RunConfig withGroups(RunConfig config) {
    RowDivision rows = rows(config);
    int groups = config.routing().capacity().routingGroups();
    int needed = groups;
    while (rows.leavesNobodyOut() && !rows.keepsGroupsWhole(needed)) {
      needed += groups;
    }
    return needed == groups ? config : config.with(Map.of("routing_groups", needed));
  }

  private static RowDivision rows(RunConfig config) {
    TrainingConfig training = config.training();
    return RowDivision.of(
        training.batchSize(), config.parallel().toMesh(), training.microBatches());
  }

  private static void checkMicroBatches(RunConfig config) {
    RowDivision rows = rows(config);
    if (rows.microBatches() > 1 && !rows.leavesNobodyOut()) {
      throw new InputException(
          "batch_size is %d, too few for %d micro_batches on each of %d devices: set it to %d or more."
              .formatted(
                  rows.rows(),
                  rows.microBatches(),
                  rows.shards(),
                  rows.microBatches() * rows.shards()));
    }
  }

  private static void checkProbes(RunConfig config, Tokenizer tokenizer) {
    List<String> probes = config.training().probing().probes();
    if (probes.size() > ProbeConfig.MOST) {
      throw new InputException(
          "There are %d probes, but at most %d are looked at: take some out."
              .formatted(probes.size(), ProbeConfig.MOST));
    }
    for (int i = 0; i < probes.size(); i++) {
      int tokens = tokenizer.encode(probes.get(i)).ids().length;
      if (tokens == 0 || tokens > ProbeConfig.MOST_TOKENS) {
        throw new InputException(
            tokens == 0
                ? "Probe %d is empty: leave it out.".formatted(i + 1)
                : "Probe %d has %d tokens, but a probe has at most %d: shorten it."
                    .formatted(i + 1, tokens, ProbeConfig.MOST_TOKENS));
      }
    }
  }

  private static void checkObjective(RunConfig config) {
    String objective = config.data().objective();
    boolean encodes = config.model().isEncoderDecoder();
    if (objective.equals("language_model") && encodes) {
      throw new InputException(
          "objective is language_model, which a decoder alone learns: set is_encoder_decoder to no,"
              + " or objective to span_corruption.");
    } else if (!encodes && NEED_ENCODER.contains(objective)) {
      throw new InputException(
          "objective is %s, which needs an encoder: set is_encoder_decoder to yes, or objective to language_model."
              .formatted(objective));
    }
  }

  /** The same with other settings of those that tokenizer and rows do not depend on. */
  RunSetup with(RunConfig changed) {
    return new RunSetup(changed, tokenizer, objective);
  }

  /** The text of the configuration. */
  Corpus corpus() {
    return Corpus.open(config.data());
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
