package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.RoutingConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What a model folder's {@code config.json} says: Hugging Face's {@code switch_transformers}
 * configuration, and beside it our own settings under their names.
 *
 * @param model shape of the model
 * @param routing how its Switch layers route
 * @param data what it was trained to read; its tokenizer is "bytes" or the name of a file beside
 */
public record ModelDescription(ModelConfig model, RoutingConfig routing, DataConfig data) {
  private static final String BYTES = "bytes";
  private static final String MODEL_TYPE = "switch_transformers";

  /** Settings of the data that go with a model; where the text lay does not. */
  private static final List<String> DATA_SETTINGS =
      List.of(
          "tokenizer",
          "objective",
          "noise_density",
          "mean_noise_span_length",
          "prefix_split",
          "input_length",
          "target_length",
          "pack_documents",
          "languages",
          "language_exponent");

  /**
   * The contents of {@code config.json}.
   *
   * @param endToken id of the end of a text
   */
  public byte[] json(int endToken) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("SwitchTransformersForConditionalGeneration"));
    config.put("model_type", MODEL_TYPE);
    config.putAll(SettingsRecord.values(model));
    config.put("num_sparse_encoder_layers", sparse(true, model.numLayers()));
    config.put("num_sparse_decoder_layers", sparse(false, model.numDecoderLayers()));
    config.put("dense_act_fn", model.isGated() ? "gelu_new" : "relu");
    config.put("is_gated_act", model.isGated());
    config.put("num_selected_experts", 1);
    config.put("router_bias", false);
    config.put("router_dtype", "float32");
    config.put("pad_token_id", 0);
    config.put("eos_token_id", endToken);
    config.put("decoder_start_token_id", 0);
    config.put("torch_dtype", "float32");
    config.putAll(SettingsRecord.values(routing));
    // There each row of a batch has this room at every expert, whatever its length.
    ExpertCapacity capacity = new ExpertCapacity(routing.capacity(), routing.evalCapacityFactor());
    config.put("expert_capacity", capacity.of(data.inputLength(), model.numExperts()));
    config.putAll(dataSettings());
    // Wherever the run found its tokenizer, a copy lies beside the model.
    boolean beside = !data.tokenizer().equals(BYTES) && !data.tokenizer().isEmpty();
    config.put("tokenizer", beside ? Checkpoint.TOKENIZER : data.tokenizer());
    return Json.pretty(config);
  }

  /** The settings of the data that go with the model, by name: how rows are made, not of what. */
  public Map<String, Object> dataSettings() {
    Map<String, Object> values = SettingsRecord.values(data);
    values.keySet().retainAll(DATA_SETTINGS);
    return values;
  }

  /** The same with another tokenizer. */
  ModelDescription withTokenizer(String tokenizer) {
    return new ModelDescription(
        model, routing, SettingsRecord.with(data, Map.of("tokenizer", tokenizer)));
  }

  private int sparse(boolean encoder, int blocks) {
    return (int) IntStream.range(0, blocks).filter(b -> model.isSparse(encoder, b)).count();
  }

  /** Whether a {@code config.json} has our settings beside Hugging Face's. */
  static boolean isOurs(Map<String, ?> values) {
    return values.containsKey("capacity_factor");
  }

  /**
   * What our {@code config.json} says.
   *
   * @param file for messages
   * @param given what it holds
   * @throws InputException naming the file, where it is damaged or of another kind of model
   */
  static ModelDescription of(Path file, Map<String, Object> given) {
    Map<String, Object> values = new LinkedHashMap<>(given);
    Object type = values.get("model_type");
    if (!MODEL_TYPE.equals(type)) {
      throw new InputException(
          "%s describes a model of type \"%s\"; Switchyard opens %s."
              .formatted(file, type, MODEL_TYPE));
    }
    values.values().removeIf(Objects::isNull);
    if (!CapacityConfig.HUGGING_FACE.equals(values.get("capacity_rule"))) {
      values.remove("expert_capacity"); // what our rule gives there, no setting
    }
    for (String needed : List.of("vocab_size", "d_model", "d_ff", "num_heads", "num_layers")) {
      if (!values.containsKey(needed)) {
        throw new InputException("%s does not say %s.".formatted(file, needed));
      }
    }
    try {
      return new ModelDescription(
          SettingsRecord.with(ModelConfig.defaults(), values),
          SettingsRecord.with(RoutingConfig.defaults(), values),
          SettingsRecord.with(DataConfig.defaults(), values));
    } catch (InputException e) {
      throw new InputException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
