package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.FiniteDifferences;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.moe.RoutingConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The gradient of the whole loss, that of the routers included, is its derivative. */
final class ModelGradientsTest {
  private static final Map<String, ?> NOISY =
      Map.of("dropout_rate", 0.1, "expert_dropout_rate", 0.2);
  private static final Map<String, ?> CROWDED =
      Map.of(
          "capacity_factor", 0.6,
          "routing_groups", 2,
          "router_jitter_noise", 0.05,
          "router_aux_loss_coef", 0.3,
          "router_z_loss_coef", 0.1);

  @Test
  void encoderAndDecoderWithDropsDropoutJitterAndPadding() {
    StepFigures figures =
        check(TinyModel.config(NOISY), TinyModel.routing(CROWDED), TinyModel.batch());
    assertThat(figures.droppedFraction()).isPositive();
    assertThat(figures.layers())
        .extracting("name")
        .containsExactly("encoder.block.1", "decoder.block.1");
  }

  @Test
  void paddingThatIsRouted() {
    Map<String, ?> routed =
        Map.of("router_ignore_padding_tokens", false, "router_z_loss_coef", 0.1);
    check(TinyModel.config(Map.of()), TinyModel.routing(routed), TinyModel.batch());
  }

  @Test
  void gatedAndUntied() {
    Map<String, ?> gated =
        Map.of(
            "feed_forward_proj",
            "gated-gelu",
            "tie_word_embeddings",
            false,
            "expert_dropout_rate",
            0.2);
    check(TinyModel.config(gated), TinyModel.routing(CROWDED), TinyModel.batch());
  }

  @Test
  void anEmbeddingForEachStack() {
    Map<String, ?> own = Map.of("tie_word_embeddings", false, "share_embeddings", false);
    check(TinyModel.config(own), TinyModel.routing(CROWDED), TinyModel.batch());
  }

  @Test
  void decoderAloneWithAllLayersSparse() {
    Map<String, ?> alone = Map.of("is_encoder_decoder", false, "decoder_sparse_step", 1);
    StepFigures figures =
        check(TinyModel.config(alone), TinyModel.routing(CROWDED), TinyModel.decoderBatch());
    assertThat(figures.layers()).hasSize(2);
    assertThat(figures.loadBalancingLoss()).isPositive();
  }

  @Test
  void denseTwin() {
    ModelConfig twin = TinyModel.config(NOISY).denseTwin();
    StepFigures figures = check(twin, TinyModel.routing(CROWDED), TinyModel.batch());
    assertThat(figures.loss()).isEqualTo(figures.crossEntropy());
  }

  private static StepFigures check(ModelConfig config, RoutingConfig routing, Batch batch) {
    ReferenceBackend backend = new ReferenceBackend();
    try (SwitchTransformer model = new SwitchTransformer(config, routing, backend, 1)) {
      model.zeroGradients();
      StepFigures figures = model.forwardBackward(batch, 3, 4);
      List<double[]> gradients =
          model.parameters().stream().map(p -> backend.doubles(p.gradient())).toList();
      for (int i = 0; i < gradients.size(); i++) {
        Parameter parameter = model.parameters().get(i);
        FiniteDifferences.check(
            parameter.name(),
            backend,
            parameter.value(),
            gradients.get(i),
            12,
            () -> model.forwardBackward(batch, 3, 4).loss());
      }
      return figures;
    }
  }
}
