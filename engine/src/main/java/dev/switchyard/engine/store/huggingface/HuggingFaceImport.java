package dev.switchyard.engine.store.huggingface;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.Json;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.NewFolder;
import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Makes one of our model folders of a folder of transformers; weights keep their types. */
public final class HuggingFaceImport {
  private HuggingFaceImport() {}

  /**
   * Imports a model.
   *
   * @param out must not exist yet, or be empty
   * @throws InputException where the folder is ours already, or one of both can't be used
   */
  public static void write(ModelFolder model, Path out) {
    if (!model.isForeign()) {
      throw new InputException(
          "%s is a model of Switchyard already: there is nothing to import."
              .formatted(model.path()));
    }
    try (TensorDirectory tensors = model.tensors()) {
      ModelDescription description = withOneEmbedding(model, tensors);
      TensorCopies copies = new TensorCopies(tensors, null);
      SwitchTransformer.parameterShapes(description.model()).stream()
          .flatMap(parameter -> parameter.names().stream())
          .forEach(name -> copies.add(model.storedName(name), name));
      NewFolder.write(out, folder -> write(model, description, copies, folder));
    }
  }

  private static void write(
      ModelFolder model, ModelDescription description, TensorCopies copies, Path folder)
      throws IOException {
    copies.write(folder.resolve(Checkpoint.MODEL));
    Path tokenizer = model.path().resolve(Checkpoint.TOKENIZER);
    if (Files.isRegularFile(tokenizer)) {
      Files.copy(tokenizer, folder.resolve(Checkpoint.TOKENIZER));
    }
    int end = Json.read(model.path().resolve(Checkpoint.CONFIG)).path("eos_token_id").asInt(1);
    Files.write(folder.resolve(Checkpoint.CONFIG), description.json(end));
  }

  /** Tables that are the same are one. */
  private static ModelDescription withOneEmbedding(ModelFolder model, TensorDirectory tensors) {
    ModelDescription description = model.description();
    if (description.model().shareEmbeddings()
        || !tensors
            .checksum(model.storedName(HuggingFaceNames.ENCODER))
            .equals(tensors.checksum(model.storedName(HuggingFaceNames.DECODER)))) {
      return description;
    }
    ModelConfig shared = SettingsRecord.with(description.model(), Map.of("share_embeddings", true));
    return new ModelDescription(shared, description.routing(), description.data());
  }
}
