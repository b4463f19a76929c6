package dev.switchyard.engine.store.huggingface;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.ParameterShape;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.SelectionConfig;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.Json;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.StoredType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What the library's {@code config.json} says of one of our models.
 *
 * @param encoderStep every how many blocks of the encoder is sparse; 0 for none
 * @param decoderStep the same for the decoder
 * @param expertCapacity tokens of a row that each expert takes
 * @param endToken id of the end of a text
 */
record ExportConfig(
    ModelDescription description,
    int encoderStep,
    int decoderStep,
    int expertCapacity,
    int endToken) {

  /** Every parameter that the library's Switch Transformer and T5 have. */
  private static final Pattern KNOWN =
      Pattern.compile(
          "shared\\.weight|lm_head\\.weight"
              + "|(en|de)coder\\.(embed_tokens|final_layer_norm)\\.weight"
              + "|(en|de)coder\\.block\\.\\d+\\.layer\\.\\d\\.("
              + "layer_norm|(SelfAttention|EncDecAttention)\\.[qkvo]"
              + "|SelfAttention\\.relative_attention_bias"
              + "|mlp\\.(wi|wi_0|wi_1|wo|router\\.classifier)"
              + "|mlp\\.experts\\.expert_\\d+\\.(wi|wo))\\.weight");

  /**
   * The configuration of a model.
   *
   * @throws InputException where the library has no place for what the model is
   */
  static ExportConfig of(ModelFolder model, Integer expertCapacity) {
    ModelDescription description = model.description();
    ModelConfig shape = description.model();
    if (!shape.isEncoderDecoder()) {
      throw refused(model, "a decoder alone; there is only an encoder with a decoder");
    }
    int encoderStep = step(model, shape.numLayers(), block -> shape.isSparse(true, block));
    int decoderStep = step(model, shape.numDecoderLayers(), block -> shape.isSparse(false, block));
    boolean dense = encoderStep == 0 && decoderStep == 0;
    if (shape.isGated() && !dense) {
      throw refused(model, "gated experts (feed_forward_proj gated-gelu); there they are relu");
    }
    if (shape.sharedExpertDFf() > 0) {
      throw refused(model, "a shared expert beside the routed ones");
    }
    if (IntStream.range(0, shape.numDecoderLayers()).anyMatch(shape::hasSwitchAttention)) {
      throw refused(model, "Switch layers in attention");
    }
    if (dense && !shape.shareEmbeddings()) {
      throw refused(model, "an embedding for each stack; a T5's is shared");
    }
    RoutingConfig routing = description.routing();
    String selection = routing.selection().selection();
    if (!dense && !selection.equals(SelectionConfig.TOP_1)) {
      throw refused(model, "the selection %s; there it is top_1".formatted(selection));
    }
    for (ParameterShape parameter : SwitchTransformer.parameterShapes(shape)) {
      String name = parameter.names().getFirst();
      if (!KNOWN.matcher(name).matches()) {
        throw refused(model, "a parameter %s".formatted(name));
      }
    }
    int capacity =
        expertCapacity != null
            ? expertCapacity
            : new ExpertCapacity(routing.capacity(), routing.evalCapacityFactor())
                .of(description.data().inputLength(), shape.numExperts());
    int end = Json.read(model.path().resolve(Checkpoint.CONFIG)).path("eos_token_id").asInt(1);
    return new ExportConfig(description, encoderStep, decoderStep, capacity, end);
  }

  private static InputException refused(ModelFolder model, String what) {
    return new InputException(
        "%s has %s: transformers has no place for that, so it can't be exported."
            .formatted(model.path(), what));
  }

  private static int step(ModelFolder model, int blocks, IntPredicate sparse) {
    return IntStream.rangeClosed(0, Math.max(2, blocks))
        .filter(
            step ->
                IntStream.range(0, blocks)
                    .allMatch(
                        block ->
                            sparse.test(block) == (step == 1 || (step > 1 && block % step == 1))))
        .findFirst()
        .orElseThrow(
            () ->
                refused(
                    model,
                    "Switch layers at places of its own; there they stand in every n-th block"));
  }

  /** Whether it has no Switch layer, and so is a T5. */
  boolean isDense() {
    return encoderStep == 0 && decoderStep == 0;
  }

  /** What the model does otherwise than the library will with the same weights. */
  List<String> differences() {
    if (isDense()) {
      return List.of();
    }
    List<String> differences = new ArrayList<>();
    RoutingConfig routing = description.routing();
    if (routing.routerIgnorePaddingTokens()) {
      differences.add(
          "Padding is routed there and takes room at the experts; here it is neither routed nor"
              + " counted (router_ignore_padding_tokens is yes).");
    }
    String rule = routing.capacity().capacityRule();
    if (!rule.equals(CapacityConfig.HUGGING_FACE)) {
      differences.add(
          ("The capacity rule becomes hugging_face: each row of a batch has room for %d tokens at"
                  + " every expert (expert_capacity), whatever its length; here it is %s.")
              .formatted(expertCapacity, rule));
    } else if (expertCapacity != routing.capacity().expertCapacity()) {
      differences.add(
          "expert_capacity is %d there; here it is %d."
              .formatted(expertCapacity, routing.capacity().expertCapacity()));
    }
    return List.copyOf(differences);
  }

  /** What the library calls a parameter. */
  String nameInLibrary(String parameter) {
    return isDense() ? parameter.replace(".mlp.", ".DenseReluDense.") : parameter;
  }

  /** The contents of {@code config.json}. */
  Map<String, Object> json(StoredType type) {
    ModelConfig model = description.model();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(
        "architectures",
        List.of(
            isDense()
                ? "T5ForConditionalGeneration"
                : "SwitchTransformersForConditionalGeneration"));
    config.put("model_type", isDense() ? HuggingFaceConfig.T5 : HuggingFaceConfig.SWITCH);
    config.put("vocab_size", model.vocabSize());
    config.put("d_model", model.dModel());
    config.put("d_kv", model.dKv());
    config.put("d_ff", model.dFf());
    config.put("num_heads", model.numHeads());
    config.put("num_layers", model.numLayers());
    config.put("num_decoder_layers", model.numDecoderLayers());
    config.put("relative_attention_num_buckets", model.relativeAttentionNumBuckets());
    config.put("relative_attention_max_distance", model.relativeAttentionMaxDistance());
    config.put("layer_norm_epsilon", model.layerNormEpsilon());
    config.put("dropout_rate", model.dropoutRate());
    config.put(HuggingFaceConfig.LENGTH, description.data().inputLength());
    config.put("tie_word_embeddings", model.tieWordEmbeddings());
    config.put("is_encoder_decoder", true);
    config.put("pad_token_id", 0);
    config.put("eos_token_id", endToken);
    config.put("decoder_start_token_id", 0);
    config.put("torch_dtype", nameInLibrary(type));
    if (isDense()) {
      config.put("feed_forward_proj", model.feedForwardProj());
    } else {
      putRouting(config);
    }
    return config;
  }

  private void putRouting(Map<String, Object> config) {
    ModelConfig model = description.model();
    config.put("dense_act_fn", "relu");
    config.put("num_experts", model.numExperts());
    config.put("expert_capacity", expertCapacity);
    config.put("encoder_sparse_step", encoderStep);
    config.put("decoder_sparse_step", decoderStep);
    config.put(
        "num_sparse_encoder_layers",
        IntStream.range(0, model.numLayers()).filter(b -> model.isSparse(true, b)).count());
    config.put(
        "num_sparse_decoder_layers",
        IntStream.range(0, model.numDecoderLayers()).filter(b -> model.isSparse(false, b)).count());
    config.put("router_bias", false);
    config.put("router_dtype", "float32");
    config.put("router_ignore_padding_tokens", false);
    config.put("router_jitter_noise", description.routing().exploration().routerJitterNoise());
    config.put("router_aux_loss_coef", description.routing().routerAuxLossCoef());
    config.put("router_z_loss_coef", description.routing().routerZLossCoef());
  }

  private static String nameInLibrary(StoredType type) {
    return switch (type) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      case F64 -> "float64";
      default -> "float32";
    };
  }

  /** The contents of {@code generation_config.json}. */
  Map<String, Object> generation() {
    Map<String, Object> generation = new LinkedHashMap<>();
    generation.put("decoder_start_token_id", 0);
    generation.put("eos_token_id", endToken);
    generation.put("pad_token_id", 0);
    return generation;
  }
}
