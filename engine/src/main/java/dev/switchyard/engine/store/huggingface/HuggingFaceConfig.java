package dev.switchyard.engine.store.huggingface;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.store.ModelDescription;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a {@code config.json} of transformers says, in our terms. What it leaves out has the
 * library's defaults, not ours; what we can't compute as the library does is refused.
 *
 * @param description of the model; embeddings are shared until the tensors say otherwise
 * @param dense whether it is a T5, whose feed-forward layers have names of their own
 */
record HuggingFaceConfig(ModelDescription description, boolean dense) {
  static final String SWITCH = "switch_transformers";
  static final String T5 = "t5";

  /** What transformers calls the length of an encoder's rows in training; it reads it nowhere. */
  static final String LENGTH = "n_positions";

  private static final int SHORTEST_ROW = 4;
  private static final int LONGEST_ROW = 65536;

  /** Rows of the released models' pre-training. */
  private static final Map<String, Object> ROWS = Map.of("input_length", 512, "target_length", 114);

  private static final Set<String> SHAPE =
      Set.of(
          "vocab_size",
          "d_model",
          "d_kv",
          "d_ff",
          "num_heads",
          "num_layers",
          "num_decoder_layers",
          "tie_word_embeddings",
          "relative_attention_num_buckets",
          "relative_attention_max_distance",
          "layer_norm_epsilon",
          "dropout_rate");

  /**
   * Reads a configuration.
   *
   * @param file for messages
   * @param values of the file; null where the file says null
   * @param tokenizer as settings name it
   * @throws InputException where it contradicts itself, or asks for what we do not compute
   */
  static HuggingFaceConfig of(Path file, Map<String, Object> values, String tokenizer) {
    String type = String.valueOf(values.get("model_type"));
    try {
      boolean dense = type.equals(T5);
      if (!dense && !type.equals(SWITCH)) {
        throw new InputException(
            "it describes a model of type \"%s\"; Switchyard opens %s and %s."
                .formatted(type, SWITCH, T5));
      }
      Map<String, Object> known = withDefaults(values, dense ? t5() : switchTransformers());
      require(known, "is_encoder_decoder", true);
      require(known, "pad_token_id", 0);
      require(known, "decoder_start_token_id", 0);
      ModelConfig model = dense ? dense(known) : sparse(known);
      if (model.vocabSize() == 0) {
        throw new InputException("vocab_size is 0, but a model has at least one token.");
      }
      Map<String, Object> data = rows(known);
      data.put("tokenizer", tokenizer);
      return new HuggingFaceConfig(
          new ModelDescription(
              model,
              dense ? RoutingConfig.defaults() : routing(known),
              SettingsRecord.with(DataConfig.defaults(), data)),
          dense);
    } catch (InputException e) {
      throw new InputException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Rows of the length that a file says; an expert's capacity goes with it. */
  private static Map<String, Object> rows(Map<String, Object> values) {
    Map<String, Object> rows = new HashMap<>(ROWS);
    if (values.get(LENGTH) instanceof Integer length
        && length >= SHORTEST_ROW
        && length <= LONGEST_ROW
        && !length.equals(ROWS.get("input_length"))) {
      rows.put("input_length", length);
      rows.put("target_length", 0);
    }
    return rows;
  }

  private static ModelConfig sparse(Map<String, Object> values) {
    require(values, "dense_act_fn", "relu");
    require(values, "is_gated_act", false);
    require(values, "router_bias", false);
    require(values, "router_dtype", "float32");
    Map<String, Object> model = shape(values);
    model.put("num_experts", values.get("num_experts"));
    model.put("feed_forward_proj", "relu");
    model.put("sparse_layer_placement", "huggingface");
    model.put("encoder_sparse_step", step(values, "encoder", "num_layers"));
    model.put("decoder_sparse_step", step(values, "decoder", "num_decoder_layers"));
    model.put("expert_dropout_rate", values.get("dropout_rate"));
    return SettingsRecord.with(ModelConfig.defaults(), model);
  }

  /** The step that the file has, or the one that the library would make of the number of layers. */
  private static int step(Map<String, Object> values, String stack, String layers) {
    String name = stack + "_sparse_step";
    if (values.containsKey(name)) {
      return Math.max(0, whole(values, name));
    }
    int sparse = whole(values, "num_sparse_" + stack + "_layers");
    int all = whole(values, layers);
    return sparse > 0 ? all / sparse : Math.max(0, all);
  }

  private static ModelConfig dense(Map<String, Object> values) {
    Map<String, Object> model = shape(values);
    model.put("feed_forward_proj", values.get("feed_forward_proj"));
    model.put("encoder_sparse_step", 0);
    model.put("decoder_sparse_step", 0);
    // Newer versions always tie, and say apart whether the output's input is scaled.
    Object scaled = values.get("scale_decoder_outputs");
    model.put("tie_word_embeddings", scaled == null ? values.get("tie_word_embeddings") : scaled);
    return SettingsRecord.with(ModelConfig.defaults(), model);
  }

  /** What both kinds of model have: their file must not set what only ours have. */
  private static Map<String, Object> shape(Map<String, Object> values) {
    Map<String, Object> shape = new HashMap<>(values);
    shape.keySet().retainAll(SHAPE);
    return shape;
  }

  private static RoutingConfig routing(Map<String, Object> values) {
    Map<String, Object> routing = new HashMap<>();
    routing.put("capacity_rule", CapacityConfig.HUGGING_FACE);
    routing.put("expert_capacity", values.get("expert_capacity"));
    routing.put("router_jitter_noise", values.get("router_jitter_noise"));
    routing.put("router_aux_loss_coef", values.get("router_aux_loss_coef"));
    routing.put("router_z_loss_coef", values.get("router_z_loss_coef"));
    // The library stores router_ignore_padding_tokens and never reads it.
    routing.put("router_ignore_padding_tokens", false);
    return SettingsRecord.with(RoutingConfig.defaults(), routing);
  }

  private static void require(Map<String, Object> values, String name, Object needed) {
    Object given = values.get(name);
    if (!needed.equals(given)) {
      throw new InputException(
          "%s is %s; Switchyard computes such models with %s only.".formatted(name, given, needed));
    }
  }

  private static int whole(Map<String, Object> values, String name) {
    if (values.get(name) instanceof Integer number) {
      return number;
    }
    throw new InputException(
        "%s is %s, but must be a whole number, such as 8.".formatted(name, values.get(name)));
  }

  private static Map<String, Object> withDefaults(
      Map<String, Object> given, Map<String, Object> defaults) {
    Map<String, Object> values = new HashMap<>(defaults);
    given.forEach(
        (name, value) -> {
          if (value != null) {
            values.put(name, value);
          }
        });
    values.putIfAbsent("num_decoder_layers", values.get("num_layers"));
    return values;
  }

  private static Map<String, Object> common() {
    Map<String, Object> values = new HashMap<>();
    values.put("vocab_size", 32128);
    values.put("d_kv", 64);
    values.put("d_ff", 2048);
    values.put("relative_attention_num_buckets", 32);
    values.put("relative_attention_max_distance", 128);
    values.put("layer_norm_epsilon", 1e-6);
    values.put("dropout_rate", 0.1);
    values.put("is_encoder_decoder", true);
    values.put("pad_token_id", 0);
    values.put("decoder_start_token_id", 0);
    values.put("tie_word_embeddings", true);
    return values;
  }

  private static Map<String, Object> switchTransformers() {
    Map<String, Object> values = common();
    values.put("d_model", 768);
    values.put("num_layers", 12);
    values.put("num_heads", 12);
    values.put("num_sparse_encoder_layers", 3);
    values.put("num_sparse_decoder_layers", 3);
    values.put("num_experts", 8);
    values.put("expert_capacity", 64);
    values.put("dense_act_fn", "relu");
    values.put("is_gated_act", false);
    values.put("router_bias", false);
    values.put("router_dtype", "float32");
    values.put("router_jitter_noise", 0.01);
    values.put("router_aux_loss_coef", 0.001);
    values.put("router_z_loss_coef", 0.001);
    return values;
  }

  private static Map<String, Object> t5() {
    Map<String, Object> values = common();
    values.put("d_model", 512);
    values.put("num_layers", 6);
    values.put("num_heads", 8);
    values.put("feed_forward_proj", "relu");
    return values;
  }
}
