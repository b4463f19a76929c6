package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.FileDigest;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.FileProblem;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The model whose weights a new run starts with: a run (its newest checkpoint), a checkpoint, or
 * another model folder. The optimizer starts anew, and so do the steps.
 */
public final class StartingModel {
  private static final String WEIGHTS = ".safetensors";

  /** What decides which tensors there are, and their shapes. */
  private static final List<String> SHAPE =
      List.of(
          "vocab_size",
          "d_model",
          "d_kv",
          "d_ff",
          "num_heads",
          "num_layers",
          "num_decoder_layers",
          "is_encoder_decoder",
          "encoder_sparse_step",
          "decoder_sparse_step",
          "sparse_layer_placement",
          "encoder_sparse_layers",
          "decoder_sparse_layers",
          "num_experts",
          "feed_forward_proj",
          "shared_expert_d_ff",
          "switch_attention",
          "switch_attention_step",
          "switch_attention_d_ff",
          "dense",
          "tie_word_embeddings",
          "share_embeddings",
          "relative_attention_num_buckets");

  private final ModelFolder folder;

  private StartingModel(ModelFolder folder) {
    this.folder = folder;
  }

  /**
   * Opens a model's description; weights are read by {@link #load}.
   *
   * @throws InputException where there is no model, or a file is missing, cut or foreign
   */
  public static StartingModel open(Path path) {
    return new StartingModel(ModelFolder.open(path));
  }

  /** Where the weights lie; of a run, the newest checkpoint's folder. */
  public Path path() {
    return folder.path().toAbsolutePath().normalize();
  }

  /**
   * Settings of a run that starts with this model: those given, but with the model's own shape,
   * routing, tokenizer and rows.
   */
  public RunConfig settings(RunConfig given) {
    Map<String, Object> data = new LinkedHashMap<>(folder.description().dataSettings());
    data.put("tokenizer", folder.tokenizer());
    return given.with(
        Map.of(
            "model", SettingsRecord.values(folder.description().model()),
            "routing", SettingsRecord.values(folder.description().routing()),
            "data", data,
            "training", Map.of("from", path().toString())));
  }

  /**
   * Checks that a run's model has the shape of this one.
   *
   * @throws InputException naming the setting that differs
   */
  void check(RunConfig config) {
    ModelDescription own = folder.description();
    checkShape(config.model(), own.model(), path());
    if (config.routing().selection().isTree() != own.routing().selection().isTree()) {
      throw new InputException(
          ("selection is %s, but the model that the run starts from (%s) has %s: a tree's routers"
                  + " have a row of weights for each bit, others for each expert; set it to that.")
              .formatted(
                  config.routing().selection().selection(),
                  path(),
                  own.routing().selection().selection()));
    }
    if (config.training().twin() && !folder.hasTwin()) {
      throw new InputException(
          "twin is yes, but there is no dense twin beside the model in %s to start from: set twin"
                  .formatted(path())
              + " to no.");
    }
  }

  /**
   * Checks that two models have the same tensors.
   *
   * @throws InputException naming the setting that differs
   */
  static void checkShape(ModelConfig wantedModel, ModelConfig model, Path path) {
    Map<String, Object> wanted = SettingsRecord.values(wantedModel);
    Map<String, Object> there = SettingsRecord.values(model);
    for (String name : SHAPE) {
      if (!wanted.get(name).equals(there.get(name))) {
        throw new InputException(
            "%s is %s, but the model that the run starts from (%s) has %s: set it to that."
                .formatted(
                    name,
                    SettingsRecord.text(wanted.get(name)),
                    path,
                    SettingsRecord.text(there.get(name))));
      }
    }
  }

  /** Reads the weights into a model of this shape, or into its dense twin. */
  void load(SwitchTransformer model, boolean twin) {
    if (twin) {
      folder.loadTwin(model.backend(), model.parameters());
    } else {
      folder.loadModel(model.backend(), model.parameters(), model.buffers());
    }
  }

  /** Which weights those are, for the run's provenance: their place, and a digest of each file. */
  Map<String, Object> provenance() {
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("path", path().toString());
    provenance.put(
        "files", weightFiles().stream().map(file -> FileDigest.of(file).values()).toList());
    return provenance;
  }

  private List<Path> weightFiles() {
    try (Stream<Path> all = Files.list(path())) {
      return all.filter(StartingModel::holdsWeights).sorted().toList();
    } catch (IOException e) {
      throw FileProblem.reading(path(), e);
    }
  }

  private static boolean holdsWeights(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(WEIGHTS) && !name.equals(Checkpoint.OPTIMIZER);
  }
}
