package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SwitchTransformerTest {
  private static final ModelConfig TINY = TinyModel.config(Map.of());
  private static final RoutingConfig CALM = TinyModel.routing(Map.of());

  private final Backend backend = new ReferenceBackend();

  private SwitchTransformer model(ModelConfig config, RoutingConfig routing) {
    return new SwitchTransformer(config, routing, backend, 1);
  }

  @Test
  void learnsABatchByHeart() {
    RoutingConfig routing = TinyModel.routing(Map.of("router_jitter_noise", 0.01));
    try (SwitchTransformer model = model(TINY, routing)) {
      List<Tensor> moments = new ArrayList<>();
      for (Parameter parameter : model.parameters()) {
        moments.add(backend.allocate(parameter.value().shape()));
        moments.add(backend.allocate(parameter.value().shape()));
      }
      double first = 0;
      double last = 0;
      for (int step = 1; step <= 60; step++) {
        model.zeroGradients();
        last = model.forwardBackward(TinyModel.batch(), 1, step).crossEntropy();
        first = step == 1 ? last : first;
        AdamWStep update = new AdamWStep(0.02, 0.9, 0.98, 1e-8, 0, step, 1);
        for (int i = 0; i < model.parameters().size(); i++) {
          Parameter parameter = model.parameters().get(i);
          backend.adamW(
              parameter.value(),
              parameter.gradient(),
              moments.get(2 * i),
              moments.get(2 * i + 1),
              update);
        }
      }
      assertThat(first).as("about as good as guessing").isBetween(2.0, 4.0);
      assertThat(last).as("knows the batch").isLessThan(0.1);
    }
  }

  @Test
  void twinStartsWithTheSameWeightsWhereItSharesThem() {
    try (SwitchTransformer model = model(TINY, CALM);
        SwitchTransformer twin = model(TINY.denseTwin(), CALM)) {
      Map<String, float[]> weights = new HashMap<>();
      model.parameters().forEach(p -> weights.put(p.name(), backend.floats(p.value())));
      List<String> shared = new ArrayList<>();
      for (Parameter parameter : twin.parameters()) {
        float[] same = weights.get(parameter.name());
        if (same != null) {
          shared.add(parameter.name());
          assertThat(backend.floats(parameter.value())).isEqualTo(same);
        }
      }
      assertThat(shared)
          .contains("shared.weight", "decoder.block.1.layer.1.EncDecAttention.q.weight")
          .hasSize(twin.parameters().size() - 4);
    }
  }

  @Test
  void namesAreThoseOfHuggingFace() {
    try (SwitchTransformer model = model(TINY, CALM)) {
      assertThat(model.parameters())
          .flatExtracting(Parameter::names)
          .contains(
              "shared.weight",
              "encoder.block.0.layer.0.SelfAttention.q.weight",
              "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
              "encoder.block.0.layer.0.layer_norm.weight",
              "encoder.block.0.layer.1.mlp.wi.weight",
              "encoder.block.1.layer.1.mlp.router.classifier.weight",
              "encoder.block.1.layer.1.mlp.experts.expert_2.wo.weight",
              "decoder.block.0.layer.1.EncDecAttention.o.weight",
              "decoder.block.0.layer.2.mlp.wo.weight",
              "decoder.block.1.layer.2.mlp.experts.expert_0.wi.weight",
              "decoder.final_layer_norm.weight")
          .doesNotContain("lm_head.weight")
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void theCountIsThatOfTheParametersThatThereAre() {
    try (SwitchTransformer model = model(TINY, CALM)) {
      assertThat(model.parameterCount()).isEqualTo(SwitchTransformer.parameterCount(TINY));
    }
  }

  @Test
  void theSameStepGivesTheSameBits() {
    ModelConfig noisy = TinyModel.config(Map.of("dropout_rate", 0.1));
    RoutingConfig jitter = TinyModel.routing(Map.of("router_jitter_noise", 0.1));
    try (SwitchTransformer model = model(noisy, jitter)) {
      model.zeroGradients();
      double loss = model.forwardBackward(TinyModel.batch(), 3, 4).loss();
      double[] gradient = backend.doubles(model.parameters().getFirst().gradient());
      double other = model.forwardBackward(TinyModel.batch(), 3, 5).loss();
      model.zeroGradients();
      assertThat(model.forwardBackward(TinyModel.batch(), 3, 4).loss()).isEqualTo(loss);
      assertThat(backend.doubles(model.parameters().getFirst().gradient())).isEqualTo(gradient);
      assertThat(other).isNotEqualTo(loss);
    }
  }

  @Test
  void evaluationIsWithoutNoiseAndWithItsOwnCapacity() {
    ModelConfig noisy = TinyModel.config(Map.of("dropout_rate", 0.5));
    RoutingConfig crowded =
        TinyModel.routing(
            Map.of("capacity_factor", 0.3, "eval_capacity_factor", 3, "router_jitter_noise", 0.5));
    try (SwitchTransformer model = model(noisy, crowded);
        SwitchTransformer calm = model(TINY, TinyModel.routing(Map.of("capacity_factor", 3)))) {
      StepFigures evaluated = model.evaluate(TinyModel.batch());
      assertThat(evaluated.droppedFraction()).isZero();
      assertThat(evaluated.crossEntropy())
          .isCloseTo(calm.forwardBackward(TinyModel.batch(), 1, 1).crossEntropy(), within(1e-12));
      assertThat(model.forwardBackward(TinyModel.batch(), 1, 1).droppedFraction()).isPositive();
    }
  }

  @Test
  void expertDropoutActsInExpertsAndInTrainingAlone() {
    ModelConfig dropping = TinyModel.config(Map.of("expert_dropout_rate", 0.5));
    try (SwitchTransformer model = model(dropping, CALM);
        SwitchTransformer whole = model(TINY, CALM);
        SwitchTransformer twin = model(dropping.denseTwin(), CALM);
        SwitchTransformer wholeTwin = model(TINY.denseTwin(), CALM)) {
      Batch batch = TinyModel.batch();
      double loss = whole.forwardBackward(batch, 1, 1).crossEntropy();
      assertThat(model.forwardBackward(batch, 1, 1).crossEntropy()).isNotEqualTo(loss);
      assertThat(model.evaluate(batch).crossEntropy())
          .isEqualTo(whole.evaluate(batch).crossEntropy());
      assertThat(twin.forwardBackward(batch, 1, 1).crossEntropy())
          .as("a dense model has no experts")
          .isEqualTo(wholeTwin.forwardBackward(batch, 1, 1).crossEntropy());
    }
  }

  @Test
  void figuresOfALayerAreThoseOfItsTokens() {
    try (SwitchTransformer model = model(TINY, TinyModel.routing(Map.of("routing_groups", 2)))) {
      StepFigures figures = model.evaluate(TinyModel.batch());
      var encoder = figures.layers().getFirst();
      assertThat(encoder.name()).isEqualTo("encoder.block.1");
      float sum = 0;
      for (float load : encoder.load()) {
        sum += load;
      }
      assertThat(sum).as("the loads' mean is 1").isCloseTo(3, within(1e-5f));
      assertThat(encoder.entropy()).isBetween(0.0, Math.log(3));
      assertThat(encoder.confidence()).isBetween(1 / 3.0, 1.0);
      assertThat(figures.loss())
          .isCloseTo(
              figures.crossEntropy() + 0.01 * 2 * figures.loadBalancingLoss(), within(1e-12));
      assertThat(figures.tokens()).isEqualTo(16);
      assertThat(figures.labels()).isEqualTo(6);
    }
  }

  @Test
  void theOutputZLossIsReportedAndAddedWithItsWeight() {
    try (SwitchTransformer without = model(TINY, CALM);
        SwitchTransformer with =
            model(TinyModel.config(Map.of("output_z_loss_coef", 1e-4)), CALM)) {
      StepFigures plain = without.forwardBackward(TinyModel.batch(), 1, 1);
      StepFigures weighted = with.forwardBackward(TinyModel.batch(), 1, 1);
      assertThat(plain.outputZLoss()).as("log^2 of about 13 logits").isBetween(4.0, 12.0);
      assertThat(weighted.outputZLoss()).isEqualTo(plain.outputZLoss());
      assertThat(weighted.crossEntropy()).isEqualTo(plain.crossEntropy());
      assertThat(weighted.loss())
          .isCloseTo(plain.loss() + 1e-4 * plain.outputZLoss(), within(1e-12));
    }
  }

  @Test
  void aTraceAgreesWithTheFigures() {
    RoutingConfig crowded = TinyModel.routing(Map.of("eval_capacity_factor", 0.5));
    try (SwitchTransformer model = model(TINY, crowded)) {
      StepFigures figures = model.evaluate(TinyModel.batch());
      ForwardTrace trace = model.trace(TinyModel.batch(), null);
      assertThat(trace.crossEntropy()).isEqualTo(figures.crossEntropy());
      for (int i = 0; i < 2; i++) {
        var routing = trace.layers().get(i);
        assertThat(routing.name()).isEqualTo(figures.layers().get(i).name());
        assertThat(routing.loadBalancingLoss())
            .isEqualTo(figures.layers().get(i).loadBalancingLoss());
        assertThat(routing.capacity()).isEqualTo(figures.layers().get(i).capacity());
        for (int t = 0; t < routing.expert().length; t++) {
          boolean routed = routing.expert()[t] >= 0;
          assertThat(routing.kept()[t])
              .isEqualTo(routed && routing.position()[t] < routing.capacity());
          if (routed) {
            assertThat(routing.probabilities()[t][routing.expert()[t]])
                .isEqualTo(routing.gate()[t]);
          }
        }
      }
      assertThat(model.trace(TinyModel.batch(), 100.0).layers())
          .allSatisfy(layer -> assertThat(layer.dropped()).as("padding is not dropped").isZero());
    }
  }

  @Test
  void withoutLabelsTheLossIsThatOfTheRoutersAlone() {
    Batch batch = TinyModel.batch();
    int[] none = new int[batch.labels().length];
    Arrays.fill(none, Batch.IGNORED);
    Batch unlabelled =
        new Batch(
            batch.rows(),
            batch.inputLength(),
            batch.targetLength(),
            batch.inputs(),
            batch.decoderInputs(),
            none,
            batch.inputMask(),
            batch.targetMask());
    try (SwitchTransformer model = model(TINY, CALM);
        SwitchTransformer twin = model(TINY.denseTwin(), CALM)) {
      assertThat(model.forwardBackward(unlabelled, 1, 1).crossEntropy()).isZero();
      assertThat(twin.forwardBackward(unlabelled, 1, 1).loss()).isZero();
      assertThat(model.firstGradientNotFinite()).isEmpty();
    }
  }

  @Test
  void aLossThatIsNotANumberNamesTheLayer() {
    try (SwitchTransformer model = model(TINY, CALM)) {
      Parameter broken =
          model.parameters().stream()
              .filter(p -> p.name().equals("decoder.block.0.layer.1.EncDecAttention.k.weight"))
              .findFirst()
              .orElseThrow();
      float[] values = backend.floats(broken.value());
      Arrays.fill(values, Float.NaN);
      backend.write(broken.value(), values);
      StepFigures figures = model.forwardBackward(TinyModel.batch(), 1, 1);
      assertThat(figures.isFinite()).isFalse();
      assertThat(figures.firstNotFinite()).contains("decoder.block.0.cross_attention");
    }
  }

  @Test
  void groupsThatDoNotDivideTheBatchAreRefused() {
    RoutingConfig five = TinyModel.routing(Map.of("routing_groups", 5));
    assertThatThrownBy(() -> SwitchTransformer.checkRouting(TINY, five, 2, 6, 4))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("routing_groups is 5")
        .hasMessageContaining("12 tokens");
    SwitchTransformer.checkRouting(TINY.denseTwin(), five, 2, 6, 4);
    try (SwitchTransformer model = model(TINY, five)) {
      assertThatThrownBy(() -> model.evaluate(TinyModel.batch()))
          .isInstanceOf(InputException.class);
    }
  }

  @Test
  void tokensBeyondTheVocabularyAreRefused() {
    ModelConfig small = TinyModel.config(Map.of("vocab_size", 12));
    try (SwitchTransformer model = model(small, CALM)) {
      assertThatThrownBy(() -> model.evaluate(TinyModel.batch()))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Token id 12 is beyond the model's vocabulary of 12");
    }
  }
}
