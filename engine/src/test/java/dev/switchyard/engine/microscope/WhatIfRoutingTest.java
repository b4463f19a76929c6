package dev.switchyard.engine.microscope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.ByteTokenizer;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.model.TinyModel;
import dev.switchyard.engine.observe.Microscope.Request;
import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model of 3 experts in 2 Switch layers, one in the encoder and one in the decoder. */
final class WhatIfRoutingTest {
  private static final String TEXT = "every token takes one track";

  /** Sums of a few floats. */
  private static final double CLOSE = 1e-5;

  private final Tokenizer tokenizer = new ByteTokenizer();
  private SwitchTransformer model;

  private SwitchTransformer model(Map<String, ?> routing) {
    close();
    model =
        new SwitchTransformer(
            TinyModel.config(Map.of("vocab_size", tokenizer.vocabSize())),
            TinyModel.routing(routing),
            new ReferenceBackend(),
            1);
    return model;
  }

  @AfterEach
  void close() {
    if (model != null) {
      model.close();
      model = null;
    }
  }

  private RoutingTrace route(WhatIf whatIf) {
    if (model == null) {
      model(Map.of());
    }
    return ModelMicroscope.route(model, tokenizer, new Request(List.of(TEXT), null, false, whatIf))
        .getFirst();
  }

  private List<RoutingTrace> routeAll(boolean together, String... texts) {
    return ModelMicroscope.route(
        model, tokenizer, new Request(List.of(texts), null, together, WhatIf.NOTHING));
  }

  @Test
  void anExpertThatIsOffLeavesItsProbabilityToTheOthers() {
    LayerRouting own = route(WhatIf.NOTHING).layers().getFirst();
    LayerRouting off =
        route(WhatIf.NOTHING.switchedOff(ExpertIn.everywhere(1))).layers().getFirst();
    assertThat(off.queued()[1]).isZero();
    for (int t = 0; t < own.expert().length; t++) {
      float[] before = own.probabilities()[t];
      float[] after = off.probabilities()[t];
      assertThat(after[1]).isZero();
      assertThat(after[0]).isCloseTo(before[0] / (before[0] + before[2]), within((float) CLOSE));
      assertThat(off.gate()[t]).isEqualTo(after[off.expert()[t]]);
    }
  }

  @Test
  void aForcedExpertTakesEveryTokenWithTheRoutersOwnGate() {
    LayerRouting own = route(WhatIf.NOTHING).layers().getFirst();
    LayerRouting forced =
        route(WhatIf.NOTHING.forced(ExpertIn.everywhere(2)).withCapacityRule("dropless"))
            .layers()
            .getFirst();
    assertThat(forced.expert()).containsOnly(2);
    assertThat(forced.dropped()).isZero();
    for (int t = 0; t < own.expert().length; t++) {
      assertThat(forced.gate()[t]).isCloseTo(own.probabilities()[t][2], within((float) CLOSE));
    }
  }

  @Test
  void anExpertCanBeSwitchedOffInOneLayerAlone() {
    RoutingTrace own = route(WhatIf.NOTHING);
    RoutingTrace off =
        route(WhatIf.NOTHING.switchedOff(new ExpertIn(own.layers().getLast().name(), 0)));
    assertThat(off.layers().getFirst().expert()).isEqualTo(own.layers().getFirst().expert());
    assertThat(off.layers().getLast().queued()[0]).isZero();
    assertThat(own.layers().getLast().queued()[0]).isPositive();
  }

  @Test
  void jitterIsFixedByItsSeed() {
    float[] own = route(WhatIf.NOTHING).layers().getFirst().gate();
    float[] first = route(WhatIf.NOTHING.withJitter(0.4)).layers().getFirst().gate();
    assertThat(route(WhatIf.NOTHING.withJitter(0.4)).layers().getFirst().gate()).isEqualTo(first);
    assertThat(route(WhatIf.NOTHING.withJitter(0.4).withSeed(2)).layers().getFirst().gate())
        .isNotEqualTo(first);
    assertThat(first).isNotEqualTo(own);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "top_1",
        "top_2",
        "top_k",
        "no_token_left_behind",
        "batch_priority",
        "expert_choice"
      })
  void everySelectionKeepsToTheCapacityAndLeavesTheModelAsItIs(String selection) {
    RoutingTrace own = route(WhatIf.NOTHING);
    int perToken = selection.equals("no_token_left_behind") ? 3 : 0;
    RoutingTrace trace =
        route(WhatIf.NOTHING.withSelection(selection, perToken).withCapacityFactor(0.5));
    for (LayerRouting layer : trace.layers()) {
      assertThat(IntStream.of(layer.taken()).max().orElseThrow())
          .isLessThanOrEqualTo(layer.capacity());
      assertThat(layer.expert()).doesNotContain(-1);
    }
    assertThat(trace.dropped()).isPositive();
    assertThat(RoutingDifference.of(own, route(WhatIf.NOTHING)).isNothing()).isTrue();
  }

  @Test
  void underExpertChoiceAnExpertThatIsOffKeepsNobody() {
    WhatIf chosen = WhatIf.NOTHING.withSelection("expert_choice", 0).withCapacityFactor(0.5);
    RoutingTrace trace = route(chosen.switchedOff(ExpertIn.everywhere(0)));
    for (LayerRouting layer : trace.layers()) {
      assertThat(layer.taken()[0]).isZero();
      assertThat(layer.taken()[1]).isPositive();
    }
  }

  @Test
  void aRuleThatIsNamedKeepsItsWayWithTheFactor() {
    WhatIf whatIf = WhatIf.NOTHING.withCapacityFactor(0.5);
    int tokens = TEXT.length() + 1;
    assertThat(route(whatIf).layers().getFirst().capacity()).isEqualTo(tokens / 6);
    assertThat(route(whatIf.withCapacityRule("flaxformer")).layers().getFirst().capacity())
        .isEqualTo((int) Math.rint(tokens / 6.0));
    assertThat(route(whatIf.withCapacityRule("hugging_face")).layers().getFirst().capacity())
        .isEqualTo(64);
    assertThat(route(whatIf.withCapacityRule("dropless")).dropped()).isZero();
  }

  @Test
  void predictionsGiveTheLoss() {
    RoutingTrace trace = route(WhatIf.NOTHING);
    assertThat(trace.predictions()).hasSameSizeAs(trace.decoderTokens());
    assertThat(trace.predictions())
        .extracting(p -> p.target().id())
        .endsWith(tokenizer.end())
        .startsWith(trace.encoderTokens().getFirst().id());
    assertThat(
            trace.predictions().stream()
                .mapToDouble(p -> -Math.log(p.targetProbability()))
                .average()
                .orElseThrow())
        .isCloseTo(trace.crossEntropy(), within(CLOSE));
    for (Prediction p : trace.predictions()) {
      assertThat(p.bestProbability()).isGreaterThanOrEqualTo(p.targetProbability() - CLOSE);
    }
  }

  @Test
  void sentencesByThemselvesAreRoutedAsIfAlone() {
    model(Map.of("eval_capacity_factor", 0.6));
    List<RoutingTrace> all = routeAll(false, TEXT, "two", "and a third one");
    assertThat(all).hasSize(3);
    for (int i = 0; i < 3; i++) {
      String text = List.of(TEXT, "two", "and a third one").get(i);
      RoutingTrace alone = routeAll(false, text).getFirst();
      assertThat(all.get(i).encoderTokens()).isEqualTo(alone.encoderTokens());
      assertThat(all.get(i).layers().getFirst().expert())
          .isEqualTo(alone.layers().getFirst().expert());
      assertThat(all.get(i).layers().getFirst().probabilities()[1])
          .usingComparatorWithPrecision((float) CLOSE)
          .containsExactly(alone.layers().getFirst().probabilities()[1]);
    }
    assertThat(all.getFirst().crossEntropy())
        .isCloseTo(routeAll(false, TEXT).getFirst().crossEntropy(), within(CLOSE));
  }

  @Test
  void sentencesTogetherShareTheRoom() {
    model(Map.of("eval_capacity_factor", 1.0));
    List<RoutingTrace> together = routeAll(true, "abcdef", "ghi");
    assertThat(together).hasSize(1);
    RoutingTrace all = together.getFirst();
    assertThat(all.rows()).containsExactly(new RoutingTrace.Row(0, 0), new RoutingTrace.Row(7, 7));
    assertThat(all.row(true, 6)).isZero();
    assertThat(all.row(true, 7)).isEqualTo(1);
    // 14 places with the padding of the second, over 3 experts
    assertThat(all.layers().getFirst().capacity()).isEqualTo(14 / 3);
    assertThat(all.encoderTokens()).hasSize(7 + 4);
  }

  @Test
  void paddingIsShownWhereItIsRouted() {
    model(Map.of("router_ignore_padding_tokens", false));
    RoutingTrace second = routeAll(false, "abcdef", "ghi").getLast();
    assertThat(second.encoderTokens()).hasSize(7);
    assertThat(second.layers().getFirst().expert()).hasSize(7).doesNotContain(-1);
    assertThat(second.predictions().getLast().target()).isNull();
  }

  @Test
  void whatCantBeSaysWhy() {
    refuse(WhatIf.NOTHING.withCapacityFactor(0.0), "must be above 0");
    refuse(WhatIf.NOTHING.withJitter(1), "The jitter is 1.0");
    refuse(WhatIf.NOTHING.withSelection("best", 0), "must be one of top_1");
    refuse(WhatIf.NOTHING.withSelection("tree", 0), "can't be tree");
    refuse(WhatIf.NOTHING.withSelection("top_k", 4), "gives a token 4 experts");
    refuse(WhatIf.NOTHING.withCapacityRule("none"), "capacity_rule is \"none\"");
    refuse(WhatIf.NOTHING.switchedOff(ExpertIn.everywhere(3)), "There is no expert 3");
    refuse(WhatIf.NOTHING.forced(new ExpertIn("encoder.block.7", 1)), "no Switch layer");
    refuse(
        WhatIf.NOTHING.withExperts(
            Set.of(ExpertIn.everywhere(0), ExpertIn.everywhere(1), ExpertIn.everywhere(2)),
            Set.of()),
        "All 3 experts of encoder.block.1 are switched off");
    refuse(
        WhatIf.NOTHING.withExperts(
            Set.of(ExpertIn.everywhere(1)), Set.of(new ExpertIn("encoder.block.1", 1))),
        "switched off and forced");
    refuse(
        WhatIf.NOTHING.withExperts(
            Set.of(), Set.of(ExpertIn.everywhere(1), ExpertIn.everywhere(0))),
        "Two experts are forced");
    refuse(
        WhatIf.NOTHING.withSelection("expert_choice", 0).forced(ExpertIn.everywhere(1)),
        "the experts choose");
  }

  private void refuse(WhatIf whatIf, String why) {
    assertThatThrownBy(() -> route(whatIf))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(why);
  }
}
