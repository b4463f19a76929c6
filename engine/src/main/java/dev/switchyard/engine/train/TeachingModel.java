package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.FileDigest;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The model that a new run's model learns from, as it lies on the disk. */
public final class TeachingModel {
  private final ModelFolder folder;

  private TeachingModel(ModelFolder folder) {
    this.folder = folder;
  }

  /**
   * Opens a model's description; weights are read by {@link #load}.
   *
   * @throws InputException where there is no model, or a file is missing, cut or foreign
   */
  public static TeachingModel open(Path path) {
    return new TeachingModel(ModelFolder.open(path));
  }

  /** Where the weights lie; of a run, the newest checkpoint's folder. */
  public Path path() {
    return folder.path().toAbsolutePath().normalize();
  }

  /**
   * Settings of a run that learns from this model: those given, but with the shape of the model's
   * dense twin, its tokenizer and rows, and a dense twin that learns from the text alone, to
   * compare.
   */
  public RunConfig settings(RunConfig given) {
    Map<String, Object> data = new LinkedHashMap<>(folder.description().dataSettings());
    data.put("tokenizer", folder.tokenizer());
    return given.with(
        Map.of(
            "model", SettingsRecord.values(folder.description().model().denseTwin()),
            "data", data,
            "training", Map.of("twin", true),
            "distillation", Map.of("teacher", path().toString())));
  }

  /**
   * Checks that a run's model can learn from this one.
   *
   * @param config with the vocabulary's size
   * @param tokenizer of the run
   * @throws InputException naming what differs
   */
  void check(RunConfig config, Tokenizer tokenizer) {
    try (Tokenizer its = Tokenizers.open(folder.tokenizer())) {
      if (!its.description().equals(tokenizer.description())) {
        throw new InputException(
            "The teacher (%s) has another tokenizer than the run: set tokenizer to its %s."
                .formatted(path(), folder.tokenizer()));
      }
    }
    ModelConfig own = folder.description().model();
    if (own.vocabSize() != config.model().vocabSize()) {
      throw new InputException(
          "vocab_size is %d, but the teacher (%s) has %d: set it to that."
              .formatted(config.model().vocabSize(), path(), own.vocabSize()));
    }
    if (own.isEncoderDecoder() != config.model().isEncoderDecoder()) {
      throw new InputException(
          "is_encoder_decoder is %s, but the teacher (%s) is %s: set it to that."
              .formatted(
                  SettingsRecord.text(config.model().isEncoderDecoder()),
                  path(),
                  own.isEncoderDecoder() ? "an encoder and a decoder" : "a decoder alone"));
    }
    if (config.distillation().startFromTeacher() && !config.training().from().isBlank()) {
      throw new InputException(
          "The run can't start from a model and from its teacher: set start_from_teacher to no, or"
              + " leave out from.");
    }
  }

  /** The model in a device's memory; the caller closes it. */
  Teacher load(Backend backend, RunConfig config) {
    SwitchTransformer model =
        SwitchTransformer.unfilled(
            folder.description().model(), folder.description().routing(), backend, false);
    try {
      folder.loadModel(backend, model.parameters(), model.buffers());
      model.setPrecision(Precision.named(config.training().precision()));
      return new Teacher(model, config.distillation());
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /**
   * Checks that the weights are those that a run learned from so far.
   *
   * @throws InputException naming the file that is not
   */
  void verify(List<FileDigest> recorded) {
    for (FileDigest then : recorded) {
      Path file = path().resolve(Path.of(then.path()).getFileName());
      if (!Files.isRegularFile(file) || !FileDigest.sha256(file).equals(then.sha256())) {
        throw new InputException(
            "The run's teacher has changed: %s is not the file that it learned from."
                .formatted(file));
      }
    }
  }

  /** Which weights those are: their place, and a digest of each file. */
  Map<String, Object> provenance() {
    return StartingModel.open(folder.path()).provenance();
  }
}
