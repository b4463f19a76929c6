package dev.switchyard.app.workbench;

import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.huggingface.HuggingFaceExport;
import dev.switchyard.engine.store.huggingface.HuggingFaceImport;
import dev.switchyard.samples.Samples;
import java.nio.file.Path;

/** Carries models between this program and Hugging Face's transformers. */
public final class ModelExchange {
  private final ModelNames names;

  /** Over the models that a home folder's user can name. */
  public ModelExchange(Home home) {
    this.names = new ModelNames(home, Samples.bundled());
  }

  /** Makes a model folder of ours of a folder of transformers. */
  public void importFrom(Path folder, Path out) {
    HuggingFaceImport.write(ModelFolder.open(folder), out);
  }

  /**
   * Writes a model as transformers has it.
   *
   * @param model a run, a checkpoint, another model folder, or a sample's name
   * @param expertCapacity null for the model's own
   * @param type of the weights; null to leave them as they are
   * @param shardBytes the largest file
   */
  public void exportTo(
      String model, Path out, Integer expertCapacity, StoredType type, long shardBytes) {
    ModelFolder stored = ModelFolder.open(names.folder(model));
    new HuggingFaceExport(stored, expertCapacity, type, shardBytes).write(out);
  }
}
