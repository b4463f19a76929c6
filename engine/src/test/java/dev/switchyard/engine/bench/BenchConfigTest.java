package dev.switchyard.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A benchmark's configuration is a model's config.json with a batch. */
final class BenchConfigTest {
  @Test
  void itReadsTheNamesOfHuggingFace() {
    Map<String, Object> values = new HashMap<>();
    values.put("model_type", "switch_transformers");
    values.put("architectures", List.of("SwitchTransformersForConditionalGeneration"));
    values.put("d_model", 64);
    values.put("num_layers", 12);
    values.put("num_sparse_encoder_layers", 6);
    values.put("num_decoder_layers", 3);
    values.put("num_sparse_decoder_layers", 0);
    values.put("dense_act_fn", "gelu_new");
    values.put("expert_capacity", 64);
    values.put("bos_token_id", null);
    values.put("batch", 4);
    values.put("capacity_factor", 2.0);
    BenchConfig config = BenchConfig.defaults().with(values);
    assertThat(config.model().dModel()).isEqualTo(64);
    assertThat(config.model().encoderSparseStep()).isEqualTo(2);
    assertThat(config.model().decoderSparseStep()).isZero();
    assertThat(config.model().isGated()).isTrue();
    assertThat(config.model().vocabSize()).isEqualTo(BenchConfig.defaults().model().vocabSize());
    assertThat(config.workload()).isEqualTo(new Workload(4, 128, 32, "float32", "adamw"));
    assertThat(config.routing().capacity().expertCapacity()).isEqualTo(64);
    assertThat(config.routing().evalCapacityFactor()).isEqualTo(2.0);
  }

  @Test
  void anExpertsRoomIsItsShareOfARow() {
    BenchConfig of64 = BenchConfig.defaults().with(Map.of("num_experts", 64));
    assertThat(of64.routing().capacity().expertCapacity()).isEqualTo(2);
    assertThat(BenchConfig.defaults().with(Map.of()).routing())
        .isEqualTo(BenchConfig.defaults().routing());
  }

  @Test
  void itRefusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> BenchConfig.defaults().with(Map.of("d_modle", 64)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("\"d_modle\"")
        .hasMessageContaining("d_model");
    assertThatThrownBy(() -> BenchConfig.defaults().with(Map.of("batch", 0)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("batch is 0");
    assertThatThrownBy(() -> BenchConfig.defaults().with(Map.of("dense_act_fn", 5)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dense_act_fn is 5");
    assertThatThrownBy(
            () -> BenchConfig.defaults().with(Map.of("num_sparse_encoder_layers", "two")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("num_sparse_encoder_layers is \"two\"");
  }

  @Test
  void itCountsTheWorkOfTheProducts() {
    // Width 256 and 4 heads of 64: by hand, in units of 2 x 256 x 256.
    double unit = 2.0 * 256 * 256;
    double inputs = 16 * 128;
    double targets = 16 * 32;
    double encoder = inputs * 4 * (4 + 8) + inputs * (2 * 8) / 256;
    double decoder = targets * 4 * (4 + 8) + targets * (2 * 8) / 256;
    double crossing = 4 * (2 * inputs + 2 * targets);
    double logits = targets * 8192 / 256;
    double attention = 16.0 * 4 * 2 * (128 * 128 + 32 * 32 + 32 * 128) / 256;
    assertThat(BenchConfig.defaults().forwardFlop())
        .isCloseTo(
            unit * (encoder + decoder + crossing + logits + attention), within(1e-9 * 22.4e9));
  }
}
