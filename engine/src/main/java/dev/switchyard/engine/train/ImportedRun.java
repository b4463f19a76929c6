package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Corpus;
import dev.switchyard.engine.data.FileDigest;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.store.CheckpointParts;
import dev.switchyard.engine.store.Checkpoints;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.NewFolder;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunJournal;
import dev.switchyard.engine.store.TrainingState;
import dev.switchyard.engine.store.huggingface.HuggingFaceImport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * A run whose model comes from a folder of transformers: it stands before its first step, with a
 * checkpoint of that model and nothing yet of an optimizer. No model is in memory meanwhile.
 */
public final class ImportedRun implements AutoCloseable {
  private final ModelFolder folder;
  private final HuggingFaceImport imported;

  private ImportedRun(ModelFolder folder, HuggingFaceImport imported) {
    this.folder = folder;
    this.imported = imported;
  }

  /**
   * Opens a folder to import it.
   *
   * @throws dev.switchyard.engine.configuration.InputException where it is none of transformers, or
   *     a file is missing, cut or malformed
   */
  public static ImportedRun of(Path model) {
    ModelFolder folder = ModelFolder.open(model.toAbsolutePath().normalize());
    return new ImportedRun(folder, HuggingFaceImport.open(folder));
  }

  /**
   * The settings of the run: those given, but with the model's own shape, routing, tokenizer and
   * rows, and without a dense twin.
   */
  public RunConfig settings(RunConfig given) {
    ModelDescription own = imported.description();
    Map<String, Object> data = new LinkedHashMap<>(own.dataSettings());
    data.put("tokenizer", folder.hasTokenizer() ? folder.tokenizer() : "");
    return given.with(
        Map.of(
            "model", SettingsRecord.values(own.model()),
            "routing", SettingsRecord.values(own.routing()),
            "data", data,
            "training", Map.of("twin", false)));
  }

  /**
   * Writes the run, as a whole or not at all.
   *
   * @param config {@link #settings}, changed or not; a run without data can be all but resumed
   * @param run must not exist yet, or be empty
   * @param progress hears the share of the weights that is written, from 0 to 1
   * @throws dev.switchyard.engine.configuration.InputException where the settings do not fit the
   *     model or its data, or the folder can't be written
   */
  public void write(RunConfig config, Path run, DoubleConsumer progress) {
    RunFolder.checkFree(run);
    StartingModel.checkShape(config.model(), imported.description().model(), folder.path());
    RunConfig checked = config;
    List<FileDigest> data = List.of();
    if (!config.data().data().isEmpty()) {
      checked = TrainingRuns.check(config);
      data = Corpus.open(checked.data()).digests(share -> {});
    }
    Map<String, Object> description =
        RunDescription.of(checked, null, data, StartingModel.open(folder.path()), null);
    CheckpointParts parts =
        imported.addTo(
            new CheckpointParts(new TrainingState(0, 0, 0, 0, null)),
            new ModelDescription(checked.model(), checked.routing(), checked.data()),
            progress);
    NewFolder.write(
        run,
        aside -> {
          new Checkpoints(aside.resolve(RunFolder.CHECKPOINTS)).write(parts);
          try (RunJournal journal = RunJournal.after(aside, 0)) {
            journal.add(stopped("Imported from %s".formatted(folder.path())));
            journal.flush();
          }
          RunFolder.describe(aside, description);
        });
  }

  /** It can go on from here, as a run that somebody stopped. */
  private static RunEvent stopped(String text) {
    return new RunEvent(System.currentTimeMillis(), 0, "stopped", text, Map.of());
  }

  /** Unmaps the folder. */
  @Override
  public void close() {
    imported.close();
  }
}
