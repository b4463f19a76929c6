package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.model.ComputeCost;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TrainingComputeTest {
  @Test
  void aDecoderAloneCostsThreeForwardPassesOfItsTokens() {
    RunConfig config =
        RunConfig.defaults()
            .with(
                Map.of(
                    "is_encoder_decoder", false, "objective", "language_model", "vocab_size", 384));
    double forward = ComputeCost.of(config.model()).forward(0, 1000);
    assertThat(TrainingCompute.flopsPerToken(config, false))
        .isCloseTo(3 * forward / 1000, within(1e-3));
  }

  @Test
  void anEncoderAndADecoderShareTheTokensAsFullRowsDo() {
    RunConfig config =
        RunConfig.defaults()
            .with(Map.of("input_length", 90, "target_length", 30, "vocab_size", 384));
    double forward = ComputeCost.of(config.model()).forward(90, 30);
    assertThat(TrainingCompute.flopsPerToken(config, false))
        .isCloseTo(3 * forward / 120, within(1e-3));
  }

  @Test
  void theTwinSavesTheRouters() {
    RunConfig config = RunConfig.defaults().with(Map.of("vocab_size", 384, "num_experts", 64));
    double model = TrainingCompute.flopsPerToken(config, false);
    double twin = TrainingCompute.flopsPerToken(config, true);
    assertThat(twin).isLessThan(model).isGreaterThan(0.8 * model);
  }
}
