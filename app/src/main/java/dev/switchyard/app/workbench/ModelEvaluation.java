package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.data.TextFile;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.train.Evaluator;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
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
    Corpus corpus = corpus(data, run);
    int rows = run.map(RunConfig::training).orElse(TrainingConfig.defaults()).batchSize();
    try (LoadedModel loaded = LoadedModel.withTwin(stored)) {
      DataConfig config = loaded.description().data();
      List<Batch> batches =
          dev.switchyard.engine.data.Evaluation.batches(
              config, corpus, loaded.tokenizer(), rows, BATCHES);
      return new Evaluation(
          text(corpus, batches, rows),
          batches.size(),
          Evaluator.evaluate(loaded.model(), batches),
          loaded.twin() == null ? null : Evaluator.evaluate(loaded.twin(), batches));
    }
  }

  /**
   * All of the text; but of the very text of the training only what was held out. Which documents
   * those are is known for the training's files as a whole, so a part of them is refused.
   */
  private static Corpus corpus(List<String> data, Optional<RunConfig> run) {
    if (run.isEmpty()) {
      return Corpus.open(data, 1);
    }
    DataConfig trained = run.get().data();
    if (Set.copyOf(data).equals(Set.copyOf(trained.data())) && trained.evalFraction() > 0) {
      return Corpus.open(trained);
    }
    Corpus corpus = Corpus.open(data, 1);
    Set<Path> seen = files(trained.data());
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
  private static Set<Path> files(List<String> data) {
    try {
      return Corpus.open(data, 0).files().stream()
          .map(file -> file.path().toAbsolutePath().normalize())
          .collect(Collectors.toSet());
    } catch (InputException e) {
      return Set.of();
    }
  }

  private static String text(Corpus corpus, List<Batch> batches, int rows) {
    String part = corpus.evalFraction() < 1 ? "the held-out part of " : "";
    return "%d batches of %d rows from %s%s"
        .formatted(
            batches.size(),
            rows,
            part,
            corpus.files().size() == 1
                ? corpus.files().getFirst().path().toString()
                : corpus.files().size() + " files");
  }
}
