package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.tensor.ElementType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training step of the whole model is the same on every backend as in plain loops. */
final class ModelOnBackendsTest {
  private static final RoutingConfig CROWDED =
      TinyModel.routing(
          Map.of(
              "capacity_factor", 0.6,
              "routing_groups", 2,
              "router_jitter_noise", 0.05,
              "router_z_loss_coef", 0.1));

  // Single precision knows 7 digits; sums over a few dozen numbers, through some ten layers, keep
  // 5.
  // Double precision knows 16, but dropout's factors and the like are rounded to single.
  @ParameterizedTest
  @CsvSource({"cpu, FLOAT32, 2e-5", "nd4j, FLOAT32, 2e-5", "nd4j, FLOAT64, 1e-7"})
  void encoderAndDecoder(String name, ElementType type, double tolerance) {
    Map<String, ?> noisy = Map.of("dropout_rate", 0.1, "expert_dropout_rate", 0.2);
    compare(name, type, tolerance, TinyModel.config(noisy), TinyModel.batch());
  }

  @ParameterizedTest
  @CsvSource({"cpu, FLOAT32, 2e-5", "nd4j, FLOAT32, 2e-5", "nd4j, FLOAT64, 1e-7"})
  void gatedDecoderAloneUntied(String name, ElementType type, double tolerance) {
    Map<String, ?> alone =
        Map.of(
            "is_encoder_decoder",
            false,
            "decoder_sparse_step",
            1,
            "feed_forward_proj",
            "gated-gelu",
            "tie_word_embeddings",
            false);
    compare(name, type, tolerance, TinyModel.config(alone), TinyModel.decoderBatch());
  }

  private static void compare(
      String name, ElementType type, double tolerance, ModelConfig config, Batch batch) {
    try (Backend plain = new ReferenceBackend();
        Backend backend = Backends.open(name, type);
        SwitchTransformer expected = new SwitchTransformer(config, CROWDED, plain, 1);
        SwitchTransformer model = new SwitchTransformer(config, CROWDED, backend, 1)) {
      for (int step = 1; step <= 2; step++) {
        expected.zeroGradients();
        model.zeroGradients();
        StepFigures figures = model.forwardBackward(batch, 3, step);
        StepFigures sought = expected.forwardBackward(batch, 3, step);
        assertThat(figures.loss()).isCloseTo(sought.loss(), within(tolerance));
        assertThat(figures.droppedFraction()).isEqualTo(sought.droppedFraction()).isPositive();
        compareLayers(figures.layers(), sought.layers(), tolerance);
        for (int i = 0; i < model.parameters().size(); i++) {
          compareGradients(
              backend, model.parameters().get(i), plain, expected.parameters().get(i), tolerance);
        }
      }
    }
  }

  private static void compareLayers(
      List<LayerReport> layers, List<LayerReport> sought, double tolerance) {
    for (int i = 0; i < layers.size(); i++) {
      LayerReport layer = layers.get(i);
      LayerReport same = sought.get(i);
      assertThat(layer.load()).isEqualTo(same.load());
      assertThat(layer.loadBalancingLoss()).isCloseTo(same.loadBalancingLoss(), within(tolerance));
      assertThat(layer.entropy()).isCloseTo(same.entropy(), within(tolerance));
      assertThat(layer.confidence()).isCloseTo(same.confidence(), within(tolerance));
      assertThat(layer.zLoss()).isCloseTo(same.zLoss(), within(tolerance));
    }
  }

  private static void compareGradients(
      Backend backend, Parameter parameter, Backend plain, Parameter same, double tolerance) {
    double[] gradient = backend.doubles(parameter.gradient());
    double[] sought = plain.doubles(same.gradient());
    double largest = 0;
    for (double value : sought) {
      largest = Math.max(largest, Math.abs(value));
    }
    double apart = 0;
    for (int i = 0; i < sought.length; i++) {
      apart = Math.max(apart, Math.abs(gradient[i] - sought[i]));
    }
    assertThat(apart)
        .as("gradient of %s, largest difference", parameter.name())
        .isLessThanOrEqualTo(tolerance * Math.max(largest, 1e-3));
  }
}
