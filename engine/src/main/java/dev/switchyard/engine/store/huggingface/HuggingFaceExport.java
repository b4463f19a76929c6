package dev.switchyard.engine.store.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.ByteTokenizerFile;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.Json;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.NewFolder;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * Writes a model as transformers has it, so that the library finds every weight that it looks for
 * and none besides: {@code config.json}, safetensors files, and the tokenizer. A model without
 * Switch layers becomes a T5.
 */
public final class HuggingFaceExport {
  /** Files about the tokenizer, and about writing text, that a folder of the library may have. */
  private static final List<String> COMPANIONS =
      List.of(
          "generation_config.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "spiece.model");

  private final ModelFolder model;
  private final ExportConfig config;
  private final StoredType type;
  private final long shardBytes;

  /**
   * An export of a model.
   *
   * @param expertCapacity tokens of a row that each expert takes; null for what the model's own
   *     capacity gives a row of its usual length
   * @param type of the weights; null to leave each as it is
   * @param shardBytes the largest file
   * @throws InputException where the library has no place for what the model is
   */
  public HuggingFaceExport(
      ModelFolder model, Integer expertCapacity, StoredType type, long shardBytes) {
    this.model = model;
    this.config = ExportConfig.of(model, expertCapacity);
    this.type = type;
    this.shardBytes = shardBytes;
  }

  /** What the model does otherwise than the library will, a sentence each; often nothing. */
  public List<String> differences() {
    return config.differences();
  }

  /**
   * Writes the folder, as a whole or not at all.
   *
   * @param out must not exist yet, or be empty
   * @param progress hears the share of the weights that is written, from 0 to 1
   */
  public void write(Path out, DoubleConsumer progress) {
    try (TensorDirectory tensors = model.tensors()) {
      for (String name : tensors.tensors().keySet()) {
        if (name.endsWith(".selection_bias")) {
          throw new InputException(
              "%s has a tensor %s: transformers has no place for that, so it can't be exported."
                  .formatted(model.path(), name));
        }
      }
      TensorCopies copies = new TensorCopies(tensors, type, progress);
      ModelConfig shape = model.description().model();
      SwitchTransformer.parameterShapes(shape).stream()
          .flatMap(parameter -> parameter.names().stream())
          .forEach(name -> copies.add(model.storedName(name), config.nameInLibrary(name)));
      addEmbeddings(copies, shape);
      NewFolder.write(out, folder -> write(copies, folder));
    }
  }

  /** Untied, version 5 of the library looks for a table for each stack, and a shared one. */
  private void addEmbeddings(TensorCopies copies, ModelConfig shape) {
    if (shape.tieWordEmbeddings() || config.isDense()) {
      return;
    }
    if (shape.shareEmbeddings()) {
      String shared = model.storedName(HuggingFaceNames.SHARED);
      copies.add(shared, HuggingFaceNames.ENCODER);
      copies.add(shared, HuggingFaceNames.DECODER);
    } else {
      copies.add(model.storedName(HuggingFaceNames.ENCODER), HuggingFaceNames.SHARED);
    }
  }

  private void write(TensorCopies copies, Path folder) throws IOException {
    Map<String, String> places = copies.write(folder, shardBytes);
    if (!places.isEmpty()) {
      Map<String, Object> index = new LinkedHashMap<>();
      index.put("metadata", Map.of("total_size", copies.bytes()));
      index.put("weight_map", places);
      Files.write(folder.resolve(TensorDirectory.INDEX), Json.pretty(index));
    }
    writeTokenizer(folder);
    Files.write(folder.resolve(Checkpoint.CONFIG), Json.pretty(config.json(copies.type())));
  }

  private void writeTokenizer(Path folder) throws IOException {
    Path tokenizer = model.path().resolve(Checkpoint.TOKENIZER);
    Path copy = folder.resolve(Checkpoint.TOKENIZER);
    if (Files.isRegularFile(tokenizer)) {
      Files.copy(tokenizer, copy);
    } else if (model.isBytes()) {
      Files.writeString(copy, ByteTokenizerFile.text());
    }
    for (String name : COMPANIONS) {
      if (model.isForeign() && Files.isRegularFile(model.path().resolve(name))) {
        Files.copy(model.path().resolve(name), folder.resolve(name));
      }
    }
    Path generation = folder.resolve(COMPANIONS.getFirst());
    if (Files.notExists(generation)) {
      Files.write(generation, Json.pretty(config.generation()));
    }
    Path settings = folder.resolve(COMPANIONS.get(1));
    if (Files.notExists(settings) && Files.exists(copy)) {
      Files.write(settings, Json.pretty(tokenizerSettings(copy)));
    }
  }

  /** Which of the tokens end and fill a text: a tokenizer.json alone does not say. */
  private Map<String, Object> tokenizerSettings(Path tokenizer) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("tokenizer_class", "PreTrainedTokenizerFast");
    JsonNode json = Json.read(tokenizer);
    putToken(settings, "eos_token", json, config.endToken());
    putToken(settings, "pad_token", json, 0);
    return settings;
  }

  private static void putToken(
      Map<String, Object> settings, String name, JsonNode tokenizer, int id) {
    for (JsonNode added : tokenizer.path("added_tokens")) {
      if (added.path("id").asInt(-1) == id && added.path("content").isTextual()) {
        settings.put(name, added.path("content").asText());
      }
    }
  }
}
