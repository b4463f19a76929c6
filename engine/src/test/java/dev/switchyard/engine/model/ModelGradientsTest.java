package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.FiniteDifferences;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.tensor.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /**
   * Layers beyond those of the released models, all at once, and what stands for them in a twin.
   */
  @ParameterizedTest
  @CsvSource({
    "linear, relu, false",
    "feed-forward, relu, false",
    "feed-forward, gated-gelu, false",
    "linear, relu, true",
    "feed-forward, gated-gelu, true"
  })
  void switchAttentionBesideASharedExpert(String attention, String activation, boolean twin) {
    Map<String, Object> settings = new HashMap<>(NOISY);
    settings.put("switch_attention", attention);
    settings.put("switch_attention_step", 1);
    settings.put("switch_attention_d_ff", 5);
    settings.put("feed_forward_proj", activation);
    settings.put("shared_expert_d_ff", 7);
    settings.put("encoder_sparse_layers", "0");
    settings.put("output_z_loss_coef", 0.05);
    ModelConfig config = TinyModel.config(settings);
    StepFigures figures =
        check(twin ? config.denseTwin() : config, TinyModel.routing(CROWDED), TinyModel.batch());
    assertThat(figures.layers())
        .extracting("name")
        .isEqualTo(
            twin
                ? List.of()
                : List.of(
                    "encoder.block.0.query",
                    "encoder.block.0.key_value",
                    "encoder.block.0",
                    "encoder.block.1.query",
                    "encoder.block.1.key_value",
                    "decoder.block.0.query",
                    "decoder.block.0.key_value",
                    "decoder.block.1.query",
                    "decoder.block.1.key_value",
                    "decoder.block.1"));
  }

  @Test
  void switchAttentionOnND4J() {
    Map<String, ?> settings =
        Map.of(
            "switch_attention", "feed-forward", "shared_expert_d_ff", 7, "num_decoder_layers", 1);
    check(
        Backends.open("nd4j", ElementType.FLOAT64),
        TinyModel.config(settings),
        TinyModel.routing(CROWDED),
        TinyModel.batch(),
        3);
  }

  private static StepFigures check(ModelConfig config, RoutingConfig routing, Batch batch) {
    return check(new ReferenceBackend(), config, routing, batch, 12);
  }

  /** Compares so many elements of each parameter's gradient; closes the backend. */
  private static StepFigures check(
      Backend backend, ModelConfig config, RoutingConfig routing, Batch batch, int elements) {
    try (backend;
        SwitchTransformer model = new SwitchTransformer(config, routing, backend, 1)) {
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
            elements,
            () -> model.forwardBackward(batch, 3, 4).loss());
      }
      return figures;
    }
  }
}
