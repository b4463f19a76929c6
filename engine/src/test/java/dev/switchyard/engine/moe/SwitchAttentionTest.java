package dev.switchyard.engine.moe;

import static dev.switchyard.engine.layer.FiniteDifferences.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.AttentionHeads;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Switch layers in attention (appendix A), and the expert that all tokens share. */
final class SwitchAttentionTest {
  private static final int WIDTH = 4;
  private static final int EXPERTS = 3;
  private static final int TOKENS = 6;

  private final Backend backend = new ReferenceBackend();
  private final Pass pass = new Pass(backend, backend.arena(), true, 5, 7, ActivationObserver.NONE);
  private final List<Parameter> parameters = new ArrayList<>();
  private final ParameterSource source =
      (start, names, shape) -> {
        parameters.add(
            new Parameter(
                names, random(backend, 100 + parameters.size(), shape), backend.allocate(shape)));
        return parameters.getLast();
      };
  private final Tensor x = random(backend, 1, TOKENS, WIDTH);
  private final Tensor y = backend.allocate(TOKENS, WIDTH);

  private SwitchAttention attention(ExpertShape expert) {
    AttentionHeads heads = new AttentionHeads(2, 3, false, 0, 3);
    return new SwitchAttention(source, "attention", EXPERTS, expert, 0, heads, true, 1);
  }

  private SwitchAttention.Saved forward(SwitchAttention attention, int capacity) {
    Routing routing =
        Routing.of(
            pass,
            new RoutingConfig(1, 1, 1, 1, 0, 0, 0, true),
            new RoutingPlan(1, TOKENS, EXPERTS, capacity),
            null,
            null);
    RoutingTally tally = RoutingTally.take(pass, 2, routing);
    return attention.forward(
        pass,
        routing,
        tally.row(0),
        tally.row(1),
        x,
        new Sequences(1, TOKENS, null),
        null,
        null,
        null,
        y);
  }

  @Test
  void keyAndValueAreOneAndTheQueryHasExpertsOfItsOwn() {
    SwitchAttention.Saved saved = forward(attention(ExpertShape.linear(WIDTH, 6)), TOKENS);
    assertThat(saved.heads().k()).isSameAs(saved.heads().v());
    assertThat(parameters)
        .flatExtracting(Parameter::names)
        .containsExactly(
            "attention.q.router.classifier.weight",
            "attention.q.experts.expert_0.weight",
            "attention.q.experts.expert_1.weight",
            "attention.q.experts.expert_2.weight",
            "attention.kv.router.classifier.weight",
            "attention.kv.experts.expert_0.weight",
            "attention.kv.experts.expert_1.weight",
            "attention.kv.experts.expert_2.weight",
            "attention.o.weight");
  }

  @Test
  void aQueryIsThatOfTheTokensExpertTimesItsGate() {
    SwitchAttention.Saved saved = forward(attention(ExpertShape.linear(WIDTH, 6)), TOKENS);
    SwitchLayer.Saved query = saved.switchLayers().getFirst();
    int[] expert = backend.ints(query.dispatch().expert());
    double[] gate = backend.doubles(query.dispatch().gate());
    double[] weights = backend.doubles(parameters.get(1).value());
    double[] tokens = backend.doubles(x);
    double[] q = backend.doubles(saved.heads().q());
    for (int t = 0; t < TOKENS; t++) {
      for (int i = 0; i < 6; i++) {
        double sum = 0;
        for (int d = 0; d < WIDTH; d++) {
          sum += weights[(expert[t] * 6 + i) * WIDTH + d] * tokens[t * WIDTH + d];
        }
        assertThat(q[t * 6 + i]).isCloseTo(gate[t] * sum, within(1e-12));
      }
    }
  }

  @Test
  void aDroppedTokenHasAQueryOrAKeyAndValueOfZeros() {
    SwitchAttention.Saved saved = forward(attention(ExpertShape.feedForward(WIDTH, 5, 6, true)), 1);
    int[] slot = backend.ints(saved.switchLayers().getLast().dispatch().slot());
    double[] keys = backend.doubles(saved.heads().k());
    int dropped = 0;
    for (int t = 0; t < TOKENS; t++) {
      for (int i = 0; i < 6; i++) {
        assertThat(keys[t * 6 + i] == 0).isEqualTo(slot[t] < 0);
      }
      dropped += slot[t] < 0 ? 1 : 0;
    }
    assertThat(dropped).isGreaterThanOrEqualTo(TOKENS - EXPERTS);
  }

  @Test
  void theTwinsAttentionHasOneExpertAndNoRouter() {
    AttentionHeads heads = new AttentionHeads(2, 3, false, 0, 3);
    SwitchAttention twin =
        new SwitchAttention(
            source, "attention", 0, ExpertShape.linear(WIDTH, 6), 0, heads, true, 1);
    SwitchAttention.Saved saved =
        twin.forward(
            pass, null, null, null, x, new Sequences(1, TOKENS, null), null, null, null, y);
    assertThat(saved.switchLayers()).isEmpty();
    assertThat(parameters)
        .flatExtracting(Parameter::names)
        .containsExactly(
            "attention.q.experts.expert_0.weight",
            "attention.kv.experts.expert_0.weight",
            "attention.o.weight");
  }

  @Test
  void aSharedExpertAddsItsOutputForEveryToken() {
    SharedExpert shared =
        new SharedExpert(
            source,
            "mlp.shared_expert",
            WIDTH,
            5,
            false,
            0,
            new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD));
    Tensor alone = backend.allocate(TOKENS, WIDTH);
    shared.forward(pass, x, alone);
    Tensor routed = random(backend, 9, TOKENS, WIDTH);
    double[] before = backend.doubles(routed);
    shared.forward(pass, x, routed);
    double[] after = backend.doubles(routed);
    double[] added = backend.doubles(alone);
    for (int i = 0; i < after.length; i++) {
      assertThat(after[i]).isEqualTo(before[i] + added[i]);
    }
    assertThat(added).doesNotContain(0.0);
    assertThat(parameters)
        .flatExtracting(Parameter::names)
        .containsExactly("mlp.shared_expert.wi.weight", "mlp.shared_expert.wo.weight");
  }
}
