package dev.switchyard.app.workbench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.tensor.ElementType;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A model with its weights and tokenizer, and its dense twin where there is one, to be looked at.
 */
final class LoadedModel implements AutoCloseable {
  private static final String BACKEND = "auto";

  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private final ModelDescription description;
  private final Backend backend;
  private Tokenizer tokenizer;
  private SwitchTransformer model;
  private SwitchTransformer twin;

  private LoadedModel(ModelFolder folder) {
    this.description = folder.description();
    this.backend = closing(Backends.open(BACKEND, ElementType.FLOAT32));
  }

  /** The model alone. */
  static LoadedModel of(ModelFolder folder) {
    return load(folder, false);
  }

  /** The model, and the twin if it lies beside. */
  static LoadedModel withTwin(ModelFolder folder) {
    return load(folder, folder.hasTwin());
  }

  private static LoadedModel load(ModelFolder folder, boolean withTwin) {
    ModelConfig shape = folder.description().model();
    MachineMemory.check(
        Float.BYTES
            * ((double) MachineMemory.weights(folder)
                + (withTwin ? SwitchTransformer.parameterCount(shape.denseTwin()) : 0)),
        folder.path().toString(),
        "open it on a larger machine");
    LoadedModel loaded = new LoadedModel(folder);
    try {
      loaded.read(folder, withTwin);
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private void read(ModelFolder folder, boolean withTwin) {
    tokenizer = closing(Tokenizers.open(folder.tokenizer()));
    model = unfilled(description.model());
    closing(
        folder.openModel(
            backend, model.parameters(), model.buffers(), MachineMemory::checkThereIs));
    if (withTwin) {
      twin = unfilled(description.model().denseTwin());
      folder.loadTwin(backend, twin.parameters());
    }
  }

  private SwitchTransformer unfilled(ModelConfig shape) {
    return closing(SwitchTransformer.unfilled(shape, description.routing(), backend, false));
  }

  private <T extends AutoCloseable> T closing(T part) {
    toClose.push(part);
    return part;
  }

  ModelDescription description() {
    return description;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  SwitchTransformer model() {
    return model;
  }

  /** The twin, or null. */
  SwitchTransformer twin() {
    return twin;
  }

  /** Frees all memory, in the reverse order of making. */
  @Override
  public void close() {
    while (!toClose.isEmpty()) {
      try {
        toClose.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
