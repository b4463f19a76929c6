package dev.switchyard.engine.bench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.NearestNames;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ComputeCost;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.moe.RoutingConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is benchmarked: a model, its routing, and the batch of a step.
 *
 * @param model its shape
 * @param routing by Hugging Face's rule, in which each row has room of its own at the experts,
 *     unless it says otherwise
 * @param workload the batch
 */
public record BenchConfig(ModelConfig model, RoutingConfig routing, Workload workload) {
  /** Names that are offered in place of one that is none. */
  private static final int NEAREST = 3;

  /** Keys of Hugging Face's config.json that change nothing in what a step computes. */
  private static final Set<String> PASSED_OVER =
      Set.of(
          "_name_or_path",
          "add_router_probs",
          "architectures",
          "bos_token_id",
          "decoder_start_token_id",
          "dtype",
          "eos_token_id",
          "initializer_factor",
          "is_gated_act",
          "model_type",
          "n_positions",
          "num_selected_experts",
          "output_past",
          "pad_token_id",
          "router_bias",
          "router_dtype",
          "router_type",
          "torch_dtype",
          "transformers_version",
          "use_cache");

  /**
   * A small encoder-decoder, 4 + 4 blocks of width 256 with 8 experts in every second one, on 16
   * rows of 128 + 32 tokens.
   */
  public static BenchConfig defaults() {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("vocab_size", 8192);
    model.put("d_model", 256);
    model.put("d_kv", 64);
    model.put("d_ff", 1024);
    Map<String, Object> routing = new LinkedHashMap<>();
    routing.put("capacity_rule", CapacityConfig.HUGGING_FACE);
    routing.put("expert_capacity", 20);
    routing.put("router_jitter_noise", 0);
    return new BenchConfig(
        SettingsRecord.with(ModelConfig.defaults(), model),
        SettingsRecord.with(RoutingConfig.defaults(), routing),
        new Workload(16, 128, 32, "float32", "adamw"));
  }

  /**
   * This configuration with some values replaced.
   *
   * @param values by the names of Hugging Face's config.json, of our settings for models and
   *     routing, or of the workload
   * @throws InputException for a name that is none of these, or a value of the wrong type or bounds
   */
  public BenchConfig with(Map<String, ?> values) {
    Map<String, Object> settings = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (value != null && !PASSED_OVER.contains(name)) {
            settings.put(name, value);
          }
        });
    translate(settings, "encoder", "num_layers", model.numLayers());
    translate(settings, "decoder", "num_decoder_layers", model.numDecoderLayers());
    Object activation = settings.remove("dense_act_fn");
    if (activation instanceof String name) {
      settings.putIfAbsent("feed_forward_proj", name.contains("gelu") ? "gated-gelu" : "relu");
    } else if (activation != null) {
      throw new InputException(
          "dense_act_fn is %s, but must be a name, such as \"relu\".".formatted(activation));
    }
    settings.keySet().forEach(BenchConfig::checkName);
    ModelConfig newModel = SettingsRecord.with(model, settings);
    Workload newWorkload = SettingsRecord.with(workload, settings);
    if (settings.containsKey("capacity_factor")) {
      settings.putIfAbsent("eval_capacity_factor", settings.get("capacity_factor"));
    }
    RoutingConfig newRouting = SettingsRecord.with(routing, settings);
    if (!settings.containsKey("expert_capacity")) {
      int share = share(newModel, newWorkload, newRouting.capacityFactor());
      newRouting = SettingsRecord.with(newRouting, Map.of("expert_capacity", share));
    }
    return new BenchConfig(newModel, newRouting, newWorkload);
  }

  /** What the capacity factor leaves an expert of a row. */
  private static int share(ModelConfig model, Workload workload, double factor) {
    int length = model.isEncoderDecoder() ? workload.inputLength() : workload.targetLength();
    return (int) Math.max(1, factor * length / model.numExperts());
  }

  /** Hugging Face counts the sparse blocks, we say every how many one is. */
  private static void translate(
      Map<String, Object> settings, String stack, String layersName, int layersBefore) {
    Object sparse = settings.remove("num_sparse_" + stack + "_layers");
    Object layers = settings.getOrDefault(layersName, layersBefore);
    if (sparse != null && !(sparse instanceof Number)) {
      throw new InputException(
          "num_sparse_%s_layers is \"%s\", but must be a whole number, such as 2."
              .formatted(stack, sparse));
    }
    if (sparse instanceof Number count && layers instanceof Number all) {
      int step = count.intValue() <= 0 ? 0 : all.intValue() / count.intValue();
      settings.putIfAbsent(stack + "_sparse_step", step);
    }
  }

  private static void checkName(String name) {
    List<String> known = new ArrayList<>(SettingsRecord.names(ModelConfig.class));
    known.addAll(SettingsRecord.names(RoutingConfig.class));
    known.addAll(SettingsRecord.names(Workload.class));
    if (!known.contains(name)) {
      throw new InputException(
          "There is no key \"%s\" of a model or of a benchmark; did you mean %s?"
              .formatted(name, String.join(", ", NearestNames.of(name, known, NEAREST))));
    }
  }

  /** Slots of an expert that the capacity factor gives for the tokens of the longer stack. */
  int slotsOfExpert() {
    int length = model.isEncoderDecoder() ? workload.inputLength() : workload.targetLength();
    double tokens = (double) workload.batch() * length;
    return (int) Math.max(1, routing.capacityFactor() * tokens / model.numExperts());
  }

  /**
   * Floating-point operations of the forward pass: two for each weight that a token meets, and the
   * products of attention, which count in full where a mask hides a part of them. A training step
   * takes three times as many.
   */
  public double forwardFlop() {
    double inputs = model.isEncoderDecoder() ? workload.inputLength() : 0;
    double targets = workload.targetLength();
    double pairs = model.numDecoderLayers() * targets * targets;
    if (model.isEncoderDecoder()) {
      pairs += model.numLayers() * inputs * inputs + model.numDecoderLayers() * targets * inputs;
    }
    double attention = 4.0 * model.attentionWidth() * workload.batch() * pairs;
    return attention
        + ComputeCost.of(model)
            .forward(
                (long) (workload.batch() * inputs),
                (long) workload.batch() * workload.targetLength());
  }
}
