package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.moe.RoutingConfig;
import java.util.HashMap;
import java.util.Map;

/** Models and batches small enough for plain loops in double precision. */
public final class TinyModel {
  private TinyModel() {}

  /** Two blocks a stack, the second one sparse with 3 experts; changed as said. */
  public static ModelConfig config(Map<String, ?> changes) {
    Map<String, Object> tiny = new HashMap<>();
    tiny.put("vocab_size", 13);
    tiny.put("d_model", 6);
    tiny.put("d_kv", 4);
    tiny.put("d_ff", 8);
    tiny.put("num_heads", 2);
    tiny.put("num_layers", 2);
    tiny.put("num_decoder_layers", 2);
    tiny.put("num_experts", 3);
    tiny.put("relative_attention_num_buckets", 8);
    tiny.put("relative_attention_max_distance", 16);
    tiny.put("init_scale", 1);
    tiny.putAll(changes);
    return SettingsRecord.with(ModelConfig.defaults(), tiny);
  }

  /** One group, ample room, no noise; changed as said. */
  public static RoutingConfig routing(Map<String, ?> changes) {
    RoutingConfig calm = new RoutingConfig(2, 2, 1, 1, 0, 0.01, 0, true);
    return SettingsRecord.with(calm, Map.copyOf(changes));
  }

  /** Two rows of 6 input and 4 target tokens, the second row padded. */
  public static Batch batch() {
    return new Batch(
        2,
        6,
        4,
        new int[] {3, 7, 5, 9, 12, 1, 4, 4, 8, 1, 0, 0},
        new int[] {0, 10, 6, 3, 0, 11, 1, 0},
        new int[] {10, 6, 3, 1, 11, 1, Batch.IGNORED, Batch.IGNORED},
        new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0},
        new int[] {1, 1, 1, 1, 1, 1, 0, 0});
  }

  /** Two rows of 6 tokens for a decoder alone, the second row padded. */
  static Batch decoderBatch() {
    return new Batch(
        2,
        0,
        6,
        new int[0],
        new int[] {3, 7, 5, 9, 12, 6, 4, 4, 8, 2, 0, 0},
        new int[] {7, 5, 9, 12, 6, 1, 4, 8, 2, 1, Batch.IGNORED, Batch.IGNORED},
        new int[0],
        new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0});
  }
}
