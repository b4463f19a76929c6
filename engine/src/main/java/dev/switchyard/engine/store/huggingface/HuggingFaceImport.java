package dev.switchyard.engine.store.huggingface;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.CheckpointParts;
import dev.switchyard.engine.store.FileProblem;
import dev.switchyard.engine.store.Json;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * What a folder of transformers becomes in one of our checkpoints: one file of weights, which keep
 * their types, one copy of what is tied, our settings beside the library's. The folder stays mapped
 * until this is closed.
 */
public final class HuggingFaceImport implements AutoCloseable {
  private final ModelFolder model;
  private final TensorDirectory tensors;
  private final ModelDescription description;

  private HuggingFaceImport(
      ModelFolder model, TensorDirectory tensors, ModelDescription description) {
    this.model = model;
    this.tensors = tensors;
    this.description = description;
  }

  /**
   * Opens a folder to import it.
   *
   * @throws InputException where it is ours already, or a file is missing, cut or malformed
   */
  public static HuggingFaceImport open(ModelFolder model) {
    if (!model.isForeign()) {
      throw new InputException(
          "%s is a model of Switchyard already: there is nothing to import."
              .formatted(model.path()));
    }
    TensorDirectory tensors = model.tensors();
    try {
      return new HuggingFaceImport(model, tensors, withOneEmbedding(model, tensors));
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  /** The model that it becomes. */
  public ModelDescription description() {
    return description;
  }

  /**
   * Adds weights, configuration and tokenizer to a checkpoint.
   *
   * @param written what its {@code config.json} is to say: {@link #description}, perhaps with other
   *     settings that change no tensor
   * @param progress hears the share of the weights that is written, from 0 to 1
   */
  public CheckpointParts addTo(
      CheckpointParts parts, ModelDescription written, DoubleConsumer progress) {
    TensorCopies copies = new TensorCopies(tensors, null, progress);
    SwitchTransformer.parameterShapes(description.model()).stream()
        .flatMap(parameter -> parameter.names().stream())
        .forEach(name -> copies.add(model.storedName(name), name));
    parts.tensors(Checkpoint.MODEL, copies::write);
    if (model.hasTokenizer() && !model.isBytes()) {
      Path tokenizer = model.path().resolve(Checkpoint.TOKENIZER);
      try {
        parts.file(Checkpoint.TOKENIZER, Files.readAllBytes(tokenizer));
      } catch (IOException e) {
        throw FileProblem.reading(tokenizer, e);
      }
    }
    int end = Json.read(model.path().resolve(Checkpoint.CONFIG)).path("eos_token_id").asInt(1);
    return parts.file(Checkpoint.CONFIG, written.json(end));
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

  /** Unmaps the folder. */
  @Override
  public void close() {
    tensors.close();
  }
}
