package dev.switchyard.app.workbench;

import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.huggingface.HuggingFaceExport;
import dev.switchyard.engine.train.ImportedRun;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.samples.Samples;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/** Carries models between this program and Hugging Face's transformers. */
public final class ModelExchange {
  private final Home home;

  /** Over the models that a home folder's user can name. */
  public ModelExchange(Home home) {
    this.home = home;
  }

  /**
   * Makes a run of a folder of transformers, which stands before its first step.
   *
   * @param settings of training, data and routing, by name; those of the model itself are its own
   * @param progress hears the share of the weights that is written, from 0 to 1
   */
  public void importFrom(
      Path folder, Map<String, Object> settings, Path out, DoubleConsumer progress) {
    try (LocalWorkbench workbench = new LocalWorkbench(home);
        ImportedRun run = ImportedRun.of(folder)) {
      RunConfig config = run.settings(RunConfig.defaults()).with(settings);
      run.write(workbench.resolve(config), out, progress);
    }
  }

  /**
   * Writes a model as transformers has it.
   *
   * @param model a run, a checkpoint, another model folder, or a sample's name
   * @param expertCapacity null for the model's own
   * @param type of the weights; null to leave them as they are
   * @param shardBytes the largest file
   * @param progress hears the share of the weights that is written, from 0 to 1
   * @return what the model does otherwise than the library will, a sentence each
   */
  public List<String> exportTo(
      String model,
      Path out,
      Integer expertCapacity,
      StoredType type,
      long shardBytes,
      DoubleConsumer progress) {
    ModelNames names = new ModelNames(home, Samples.bundled());
    ModelFolder stored = ModelFolder.open(names.folder(model));
    HuggingFaceExport export = new HuggingFaceExport(stored, expertCapacity, type, shardBytes);
    export.write(out, progress);
    return export.differences();
  }
}
