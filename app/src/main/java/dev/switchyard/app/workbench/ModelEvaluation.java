package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.data.TextFile;
import dev.switchyard.engine.evaluate.HeldOutEvaluator;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Measures a model on texts. */
final class ModelEvaluation {
  /** Enough for a steady mean, and soon done. */
  private static final int BATCHES = 64;

  private ModelEvaluation() {}

  static Evaluation of(Path folder, List<Path> paths) {
    List<String> data = paths.stream().map(Path::toString).toList();
    ModelFolder stored = ModelFolder.open(folder);
    Optional<RunConfig> run = ModelNames.runConfig(folder);
    int rows = run.map(RunConfig::training).orElse(TrainingConfig.defaults()).batchSize();
    try (LoadedModel loaded = LoadedModel.withTwin(stored)) {
      DataConfig config = reading(loaded.description().data(), data);
      Corpus corpus = corpus(data, config.takesPairs(), run);
      boolean encodes = loaded.description().model().isEncoderDecoder();
      Objective objective = Objective.of(config, loaded.tokenizer(), encodes);
      HeldOutEvaluator evaluator =
          new HeldOutEvaluator(
              HeldOut.of(config, corpus, loaded.tokenizer(), objective, rows, BATCHES),
              objective,
              loaded.tokenizer());
      String text = text(corpus, evaluator.batches(), rows);
      return evaluator.evaluate(text, loaded.model(), loaded.twin());
    }
  }

  /** Pairs are read as such, whatever the model learned last. */
  private static DataConfig reading(DataConfig trained, List<String> data) {
    return !trained.takesPairs() && Corpus.holdsPairs(data)
        ? SettingsRecord.with(trained, Map.of("objective", Objective.TEXT_TO_TEXT))
        : trained;
  }

  /**
   * All of the text; but of the very text of the training only what was held out. Which documents
   * those are is known for the training's files as a whole, so a part of them is refused.
   */
  private static Corpus corpus(List<String> data, boolean pairs, Optional<RunConfig> run) {
    if (run.isEmpty()) {
      return Corpus.open(data, pairs, 1);
    }
    DataConfig trained = run.get().data();
    if (Set.copyOf(data).equals(Set.copyOf(trained.data())) && trained.evalFraction() > 0) {
      return Corpus.open(trained);
    }
    Corpus corpus = Corpus.open(data, pairs, 1);
    Set<Path> seen = files(trained);
    for (TextFile file : corpus.files()) {
      if (seen.contains(file.path().toAbsolutePath().normalize())) {
        throw new InputException(
            "The model was trained on %s; give exactly the --data of its training (%s) to read what was held out, or other text."
                .formatted(file.path(), String.join(" ", trained.data())));
      }
    }
    return corpus;
  }

  /** The files that a run was trained on, as far as they are still there. */
  private static Set<Path> files(DataConfig trained) {
    try {
      return Corpus.open(trained.data(), trained.takesPairs(), 0).files().stream()
          .map(file -> file.path().toAbsolutePath().normalize())
          .collect(Collectors.toSet());
    } catch (InputException e) {
      return Set.of();
    }
  }

  private static String text(Corpus corpus, long batches, int rows) {
    String part = corpus.evalFraction() < 1 ? "the held-out part of " : "";
    return "%d batches of %d rows from %s%s"
        .formatted(
            batches,
            rows,
            part,
            corpus.files().size() == 1
                ? corpus.files().getFirst().path().toString()
                : corpus.files().size() + " files");
  }
}
