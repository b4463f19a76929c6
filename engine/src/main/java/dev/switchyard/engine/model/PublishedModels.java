package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models of the paper and of the released checkpoints, as settings of a run. The two differ:
 * the paper (Switch Transformers, table 9) gives GEGLU networks where the checkpoints have relu
 * ones, and other numbers of heads and experts. Names that end in {@code -paper} are the table's.
 * One has only its size from elsewhere, for plans.
 */
public final class PublishedModels {
  private static final int VOCABULARY = 32128;

  /**
   * One of them.
   *
   * @param name such as "switch-base-8"
   * @param detail a sentence
   * @param settings by snake_case name, of all sections of a run's configuration
   */
  public record PublishedModel(String name, String detail, Map<String, Object> settings) {
    /** Its shape, with the vocabulary's size. */
    public ModelConfig config() {
      return SettingsRecord.with(ModelConfig.defaults(), settings);
    }
  }

  private static final List<PublishedModel> ALL = make();

  private PublishedModels() {}

  /** All of them, dense ones first, then by size. */
  public static List<PublishedModel> all() {
    return ALL;
  }

  /**
   * The model of a name.
   *
   * @throws InputException where there is none
   */
  public static PublishedModel named(String name) {
    return ALL.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "There is no published model \"%s\"; there are %s."
                        .formatted(
                            name,
                            String.join(", ", ALL.stream().map(PublishedModel::name).toList()))));
  }

  private static List<PublishedModel> make() {
    List<PublishedModel> all = new ArrayList<>();
    all.add(
        new Shape(768, 3072, 12, 12)
            .model("t5-base", "T5-Base as it was released, dense: 223 million parameters."));
    all.add(
        new Shape(768, 2048, 12, 12)
            .gated()
            .model("t5-base-paper", "T5-Base as table 9 has it, with GEGLU: as many parameters."));
    all.add(
        new Shape(1024, 4096, 16, 24)
            .model("t5-large", "T5-Large as it was released, dense: 738 million parameters."));
    all.add(
        new Shape(1024, 2816, 16, 24)
            .gated()
            .model("t5-large-paper", "T5-Large as table 9 has it, with GEGLU: 750 million."));
    all.add(
        new Shape(4096, 10240, 64, 24)
            .gated()
            .untied()
            .model("t5-xxl", "T5-XXL, dense, GEGLU, output untied: 11.1 billion parameters."));
    for (int experts = 8; experts <= 256; experts *= 2) {
      all.add(
          new Shape(768, 3072, 12, 12)
              .sparse(experts, 2)
              .released(1.25, 2, 4, 8192)
              .model(
                  "switch-base-" + experts,
                  "Switch-Base as it was released: %d experts in every second layer."
                      .formatted(experts)));
    }
    all.add(
        new Shape(768, 2048, 12, 12)
            .gated()
            .sparse(128, 2)
            .paper()
            .model("switch-base-paper", "Switch-Base as table 9 has it: 128 GEGLU experts."));
    all.add(
        new Shape(1024, 4096, 16, 24)
            .sparse(128, 2)
            .released(1.25, 2, 4, 4096)
            .model("switch-large-128", "Switch-Large as it was released: 26.3 billion."));
    all.add(
        new Shape(1024, 2816, 16, 24)
            .gated()
            .sparse(128, 2)
            .paper()
            .model("switch-large-paper", "Switch-Large as table 9 has it, with GEGLU."));
    all.add(
        new Shape(4096, 10240, 64, 24)
            .gated()
            .untied()
            .sparse(128, 2)
            .released(1.25, 4, 2, 4096)
            .model(
                "switch-xxl-128",
                "Switch-XXL as it was released, with the 128 experts that 395 billion take."));
    all.add(
        new Shape(4096, 10240, 64, 24)
            .gated()
            .untied()
            .sparse(64, 2)
            .paper()
            .model(
                "switch-xxl-paper",
                "Switch-XXL with the 64 experts of table 9, which make 201 billion."));
    all.add(
        new Shape(2080, 6144, 30, 15)
            .untied()
            .sparse(2048, 1)
            .released(1, 2, 2, 2048)
            .model(
                "switch-c-2048",
                "Switch-C as it was released, 30 heads: 2048 experts in every layer, 1.6"
                    + " trillion."));
    all.add(
        new Shape(2080, 6144, 32, 15)
            .untied()
            .sparse(2048, 1)
            .paper()
            .model("switch-c-paper", "Switch-C with the 32 heads of table 9."));
    all.add(
        new Shape(2560, 10432, 32, 16)
            .sparse(1024, 1)
            .paper()
            .model(
                "wudao-sized",
                "As many parameters as WuDao 2.0, 1.75 trillion; it was trained with FastMoE, its"
                    + " shape was not published, and this one is ours."));
    return List.copyOf(all);
  }

  /** Settings in the making. */
  private static final class Shape {
    private final Map<String, Object> settings = new LinkedHashMap<>();

    /** A dense, tied encoder-decoder with relu, trained as T5 was. */
    Shape(int width, int hidden, int heads, int layers) {
      settings.put("vocab_size", VOCABULARY);
      settings.put("d_model", width);
      settings.put("d_kv", 64);
      settings.put("d_ff", hidden);
      settings.put("num_heads", heads);
      settings.put("num_layers", layers);
      settings.put("num_decoder_layers", layers);
      settings.put("encoder_sparse_step", 0);
      settings.put("decoder_sparse_step", 0);
      settings.put("init_scale", 0.1);
      settings.put("output_z_loss_coef", 1e-4);
      settings.put("objective", "span_corruption");
      settings.put("noise_density", 0.15);
      settings.put("mean_noise_span_length", 3);
      settings.put("input_length", 512);
      settings.put("target_length", 114);
      settings.put("optimizer", "adafactor");
      settings.put("learning_rate", 0.01);
      settings.put("schedule", "inverse_square_root");
      settings.put("warmup_steps", 10_000);
      settings.put("max_grad_norm", 0);
    }

    Shape gated() {
      settings.put("feed_forward_proj", "gated-gelu");
      return this;
    }

    Shape untied() {
      settings.put("tie_word_embeddings", false);
      return this;
    }

    Shape sparse(int experts, int step) {
      settings.put("num_experts", experts);
      settings.put("encoder_sparse_step", step);
      settings.put("decoder_sparse_step", step);
      settings.put("router_aux_loss_coef", 0.01);
      return this;
    }

    /** Routing as the paper describes it. */
    Shape paper() {
      settings.put("capacity_factor", 1.25);
      settings.put("router_jitter_noise", 0.01);
      return this;
    }

    /** Routing as the released checkpoints' configurations have it. */
    Shape released(
        double capacityFactor, double evalCapacityFactor, int minExpertCapacity, int groupSize) {
      settings.put("capacity_rule", "flaxformer");
      settings.put("sparse_layer_placement", "flaxformer");
      settings.put("capacity_factor", capacityFactor);
      settings.put("eval_capacity_factor", evalCapacityFactor);
      settings.put("min_expert_capacity", minExpertCapacity);
      settings.put("routing_group_size", groupSize);
      settings.put("router_jitter_noise", 0);
      settings.put("router_init", 0.02);
      settings.put("router_ignore_padding_tokens", false);
      return this;
    }

    PublishedModel model(String name, String detail) {
      return new PublishedModel(name, detail, Collections.unmodifiableMap(settings));
    }
  }
}
