package dev.switchyard.engine.model;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.moe.RoutingConfig;
import java.util.Map;

/** Models and batches small enough for plain loops in double precision. */
public final class TinyModel {
  private TinyModel() {}

  /** Two blocks a stack, the second one sparse with 3 experts; changed as said. */
  public static ModelConfig config(Map<String, ?> changes) {
    ModelConfig tiny =
        new ModelConfig(
            13, 6, 4, 8, 2, 2, 2, true, 2, 2, 3, "relu", true, true, 8, 16, 1e-6, 0, 0, 1.0, 1.0);
    return SettingsRecord.with(tiny, Map.copyOf(changes));
  }

  /** One group, ample room, no noise; changed as said. */
  public static RoutingConfig routing(Map<String, ?> changes) {
    RoutingConfig calm = new RoutingConfig(2, 2, 1, 1, 0, 0.01, 0, true);
    return SettingsRecord.with(calm, Map.copyOf(changes));
  }

  /** Two rows of 6 input and 4 target tokens, the second row padded. */
  static Batch batch() {
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
