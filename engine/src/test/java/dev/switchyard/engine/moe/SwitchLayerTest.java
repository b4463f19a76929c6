package dev.switchyard.engine.moe;

import static dev.switchyard.engine.layer.FiniteDifferences.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the paper says of a Switch layer, and where other implementations have gone wrong. */
final class SwitchLayerTest {
  private static final int WIDTH = 4;
  private static final int EXPERTS = 3;
  private static final int TOKENS = 12;

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
  private final SwitchLayer layer =
      new SwitchLayer(
          source,
          "mlp",
          EXPERTS,
          ExpertShape.feedForward(WIDTH, 8, WIDTH, false),
          0,
          new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD));
  private final Tensor x = random(backend, 1, TOKENS, WIDTH);
  private final Tensor y = backend.allocate(TOKENS, WIDTH);

  private SwitchLayer.Saved forward(int groups, int capacity, double jitter, int[] mask) {
    return forward(groups, capacity, jitter, 0, mask);
  }

  private SwitchLayer.Saved forward(
      int groups, int capacity, double jitter, double balancing, int[] mask) {
    RoutingConfig config = new RoutingConfig(1, 1, 1, groups, jitter, balancing, 0, true);
    RoutingPlan plan = new RoutingPlan(groups, TOKENS / groups, EXPERTS, capacity);
    Tensor tokenMask = mask == null ? null : pass.ints(mask, TOKENS);
    Routing routing = Routing.of(pass, config, plan, tokenMask, mask);
    return layer.forward(pass, routing, RoutingTally.take(pass, 1, routing).row(0), x, y);
  }

  private double[] row(Tensor tensor, int t) {
    int width = tensor.length(-1);
    return Arrays.copyOfRange(backend.doubles(tensor), t * width, (t + 1) * width);
  }

  private double balance(SwitchLayer.Saved saved) {
    return LoadBalancing.loss(
        backend.ints(saved.tally().asked()),
        backend.doubles(saved.tally().probabilitySums()),
        EXPERTS,
        1);
  }

  private int[] dropped(SwitchLayer.Saved saved) {
    int[] slot = backend.ints(saved.dispatch().slot());
    return IntStream.range(0, TOKENS).filter(t -> slot[t] < 0).toArray();
  }

  @Test
  void jitterReachesTheRouterButNotTheExperts() {
    SwitchLayer.Saved saved = forward(1, TOKENS, 0.2, null);
    int[] slot = backend.ints(saved.dispatch().slot());
    Tensor slots = saved.experts().x().as(EXPERTS * TOKENS, WIDTH);
    for (int t = 0; t < TOKENS; t++) {
      assertThat(row(slots, slot[t])).isEqualTo(row(x, t));
      assertThat(row(saved.router().input(), t)).isNotEqualTo(row(x, t));
    }
  }

  @Test
  void expertDropoutSitsOnTheHiddenLayerAlone() {
    SwitchLayer.Saved whole = forward(1, TOKENS, 0, null);
    List<Parameter> weights = List.copyOf(parameters);
    Iterator<Parameter> same = weights.iterator();
    SwitchLayer dropping =
        new SwitchLayer(
            (start, names, shape) -> same.next(),
            "mlp",
            EXPERTS,
            ExpertShape.feedForward(WIDTH, 8, WIDTH, false),
            0.5,
            new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD));
    Tensor out = backend.allocate(TOKENS, WIDTH);
    SwitchLayer.Saved dropped =
        dropping.forward(
            pass, whole.routing(), RoutingTally.take(pass, 1, whole.routing()).row(0), x, out);
    assertThat(backend.doubles(dropped.experts().x()))
        .as("what the experts read is whole")
        .isEqualTo(backend.doubles(whole.experts().x()));
    double[] before = backend.doubles(whole.experts().hidden());
    double[] after = backend.doubles(dropped.experts().hidden());
    int gone = 0;
    int active = 0;
    for (int i = 0; i < before.length; i++) {
      if (before[i] > 0) {
        active++;
        gone += after[i] == 0 ? 1 : 0;
        assertThat(after[i]).isIn(0.0, 2 * before[i]);
      }
    }
    assertThat(gone / (double) active).as("half of some 50 numbers").isBetween(0.2, 0.8);
    // What they write is the product of that hidden layer with their last matrix, and no number of
    // it is dropped: a row is of zeros only where the whole hidden layer is.
    for (int t = 0; t < TOKENS; t++) {
      assertThat(Arrays.stream(row(out, t)).filter(value -> value == 0).count())
          .isIn(0L, (long) WIDTH);
    }
    int[] slot = backend.ints(dropped.dispatch().slot());
    int[] expert = backend.ints(dropped.dispatch().expert());
    double[] last = backend.doubles(weights.getLast().value());
    for (int i = 0; i < WIDTH; i++) {
      double sum = 0;
      for (int h = 0; h < 8; h++) {
        sum += after[slot[0] * 8 + h] * last[(expert[0] * WIDTH + i) * 8 + h];
      }
      assertThat(row(dropped.expertOut(), slot[0])[i]).isCloseTo(sum, within(1e-12));
    }
  }

  @Test
  void aTokenGetsItsExpertsOutputTimesTheGate() {
    SwitchLayer.Saved saved = forward(1, TOKENS, 0, null);
    int[] expert = backend.ints(saved.dispatch().expert());
    int[] slot = backend.ints(saved.dispatch().slot());
    double[] gate = backend.doubles(saved.dispatch().gate());
    for (int t = 0; t < TOKENS; t++) {
      double[] p = row(saved.router().probabilities(), t);
      assertThat(gate[t]).isEqualTo(Arrays.stream(p).max().orElseThrow()).isEqualTo(p[expert[t]]);
      double[] out = row(saved.expertOut(), slot[t]);
      for (int i = 0; i < WIDTH; i++) {
        assertThat(row(y, t)[i]).isEqualTo(gate[t] * out[i]);
      }
    }
  }

  @Test
  void anExpertTakesExactlyItsCapacityInTheOrderOfTheTokens() {
    SwitchLayer.Saved saved = forward(1, 2, 0, null);
    int[] expert = backend.ints(saved.dispatch().expert());
    int[] position = backend.ints(saved.dispatch().position());
    int[] slot = backend.ints(saved.dispatch().slot());
    int[] seen = new int[EXPERTS];
    for (int t = 0; t < TOKENS; t++) {
      int place = seen[expert[t]]++;
      assertThat(position[t]).isEqualTo(place);
      assertThat(slot[t]).isEqualTo(place < 2 ? expert[t] * 2 + place : -1);
    }
    assertThat(Arrays.stream(seen).max().orElseThrow()).as("someone is dropped").isGreaterThan(2);
  }

  @Test
  void eachGroupHasItsOwnCapacity() {
    SwitchLayer.Saved saved = forward(3, 1, 0, null);
    int[] expert = backend.ints(saved.dispatch().expert());
    int[] slot = backend.ints(saved.dispatch().slot());
    for (int t = 0; t < TOKENS; t++) {
      int at = t;
      boolean first =
          IntStream.range(t / 4 * 4, t).noneMatch(before -> expert[before] == expert[at]);
      assertThat(slot[t] >= 0).isEqualTo(first);
    }
  }

  @Test
  void aDroppedTokensOutputIsExactlyZero() {
    int[] dropped = dropped(forward(1, 1, 0, null));
    assertThat(dropped).hasSizeGreaterThanOrEqualTo(TOKENS - EXPERTS);
    for (int t : dropped) {
      assertThat(row(y, t)).containsOnly(0.0);
    }
  }

  @Test
  void aDroppedTokenHasNoGradientOfTheTaskButThatOfTheBalance() {
    Tensor dY = random(backend, 9, TOKENS, WIDTH);
    Tensor dX = backend.allocate(TOKENS, WIDTH);
    SwitchLayer.Saved saved = forward(1, 1, 0, 0, null);
    layer.backward(pass, saved, dY, dX);
    for (int t : dropped(saved)) {
      assertThat(row(dX, t)).containsOnly(0.0);
    }
    saved = forward(1, 1, 0, 0.1, null);
    layer.backward(pass, saved, dY, dX);
    for (int t : dropped(saved)) {
      assertThat(row(dX, t)).doesNotContain(0.0);
    }
  }

  @Test
  void theBalanceIsThatBeforeTheCapacity() {
    assertThat(balance(forward(1, 1, 0, null))).isEqualTo(balance(forward(1, TOKENS, 0, null)));
  }

  @Test
  void equalProbabilitiesGoToTheFirstExpert() {
    backend.zero(parameters.getFirst().value());
    SwitchLayer.Saved saved = forward(1, 4, 0, null);
    assertThat(backend.ints(saved.dispatch().expert())).containsOnly(0);
    assertThat(backend.ints(saved.tally().asked())).containsExactly(TOKENS, 0, 0);
    // Even probabilities balance whatever the load is.
    assertThat(balance(saved)).isCloseTo(1, within(1e-12));
  }

  @Test
  void paddingIsNeitherRoutedNorCounted() {
    int[] mask = {1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0};
    SwitchLayer.Saved saved = forward(2, 2, 0, mask);
    int[] expert = backend.ints(saved.dispatch().expert());
    double[] sums = new double[2 * EXPERTS];
    int[] asked = new int[2 * EXPERTS];
    for (int t = 0; t < TOKENS; t++) {
      if (mask[t] == 0) {
        assertThat(expert[t]).isEqualTo(-1);
        assertThat(row(y, t)).containsOnly(0.0);
      } else {
        asked[t / 6 * EXPERTS + expert[t]]++;
        double[] p = row(saved.router().probabilities(), t);
        for (int e = 0; e < EXPERTS; e++) {
          sums[t / 6 * EXPERTS + e] += p[e];
        }
      }
    }
    assertThat(backend.ints(saved.tally().asked())).containsExactly(asked);
    // Five tokens count in the first group, two in the second.
    double expected = 0;
    for (int e = 0; e < EXPERTS; e++) {
      expected += 3 * (asked[e] / 5.0) * (sums[e] / 5) / 2;
      expected += 3 * (asked[3 + e] / 2.0) * (sums[3 + e] / 2) / 2;
    }
    assertThat(balance(saved)).isCloseTo(expected, within(1e-12));
  }
}
