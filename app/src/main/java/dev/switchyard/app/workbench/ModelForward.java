package dev.switchyard.app.workbench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.BatchFile;
import dev.switchyard.engine.model.ForwardAnswer;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.AnswerFile;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.samples.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Computes what a model gives for a batch of token ids, and writes it as safetensors. */
public final class ModelForward {
  /** What a Java array holds at most. */
  private static final long MOST_LOGITS = 1L << 29;

  private final Path folder;
  private final boolean gradients;
  private final String backend;

  /**
   * A pass over a model.
   *
   * @param model a run, a checkpoint, another model folder, or a sample's name
   * @param gradients whether every parameter's gradient is written too
   * @param backend its name, or "auto"
   */
  public ModelForward(Home home, String model, boolean gradients, String backend) {
    this.folder = new ModelNames(home, Samples.bundled()).folder(model);
    this.gradients = gradients;
    this.backend = backend;
  }

  /**
   * Reads the batch, computes, and writes the answer.
   *
   * @throws InputException where the model, the batch or the place for the answer can't be used
   */
  public ForwardAnswer write(Path batchFile, Path out) {
    Path parent = out.toAbsolutePath().getParent();
    if (Files.isDirectory(out) || !Files.isDirectory(parent)) {
      throw new InputException(
          "Can't write %s: %s."
              .formatted(
                  out, Files.isDirectory(out) ? "it is a folder" : "there is no folder " + parent));
    }
    ModelFolder stored = ModelFolder.open(folder);
    ModelDescription description = stored.description();
    ModelConfig config = description.model();
    Batch batch = BatchFile.read(batchFile, config.vocabSize(), config.isEncoderDecoder());
    checkLabels(batch, batchFile);
    checkMemory(stored, batch);
    try (Backend device = Backends.open(backend, ElementType.FLOAT32);
        SwitchTransformer model =
            SwitchTransformer.unfilled(config, description.routing(), device, gradients)) {
      ForwardAnswer answer = answer(stored, device, model, batch);
      AnswerFile file = new AnswerFile(answer);
      if (gradients) {
        file.gradients(device, model.parameters(), stored::checkpointName);
        if (!config.shareEmbeddings()) {
          file.zeroGradient("shared.weight", config.vocabSize(), config.dModel());
        }
      }
      file.write(out);
      return answer;
    }
  }

  private ForwardAnswer answer(
      ModelFolder stored, Backend device, SwitchTransformer model, Batch batch) {
    try (ModelFolder.OpenWeights _ =
        stored.openModel(
            device, model.parameters(), model.buffers(), MachineMemory::checkThereIs)) {
      return model.answer(batch, gradients);
    }
  }

  private void checkLabels(Batch batch, Path file) {
    if (gradients && Arrays.stream(batch.labels()).allMatch(label -> label == Batch.IGNORED)) {
      throw new InputException(
          "%s has no labels that count, so there is no loss to take gradients of.".formatted(file));
    }
  }

  private void checkMemory(ModelFolder stored, Batch batch) {
    ModelConfig config = stored.description().model();
    double logits = (double) batch.rows() * batch.targetLength() * config.vocabSize();
    if (logits > MOST_LOGITS) {
      throw new InputException(
          "The batch has %,.0f logits; take fewer or shorter rows: %,d are possible at once."
              .formatted(logits, MOST_LOGITS));
    }
    double inputs = batch.inputLength();
    double targets = batch.targetLength();
    double scores =
        batch.rows() * (double) config.numHeads() * Math.max(inputs * inputs, targets * targets);
    double weights =
        gradients
            ? 2.0 * SwitchTransformer.parameterCount(config, stored.description().routing())
            : MachineMemory.weights(stored);
    double numbers = weights + 3 * logits + scores;
    MachineMemory.check(numbers * Float.BYTES, "The pass", "take a smaller batch or another model");
  }
}
