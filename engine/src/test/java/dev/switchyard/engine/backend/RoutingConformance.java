package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The router's decisions, their figures and the gradient of its logits. */
interface RoutingConformance {
  Bench bench();

  /** One token, one expert, too little capacity, more than enough, several groups. */
  RoutingPlan[] PLANS = {
    new RoutingPlan(1, 1, 1, 1),
    new RoutingPlan(1, 9, 1, 4),
    new RoutingPlan(1, 16, 4, 1),
    new RoutingPlan(2, 33, 8, 5),
    new RoutingPlan(4, 50, 3, 50),
    new RoutingPlan(3, 128, 64, 3),
  };

  @Test
  default void tokensAskForTheirMostProbableExperts() {
    for (RoutingPlan one : PLANS) {
      for (int k = 1; k <= Math.min(3, one.experts()); k++) {
        RoutingPlan plan = one.withChoices(k);
        double[] scores = bench().numbers(plan.tokens() * plan.experts());
        double[] p = bench().numbers(plan.tokens() * plan.experts(), 0, 1);
        for (int[] mask : new int[][] {null, bench().mask(plan.tokens())}) {
          Routes got = new Routes(bench(), plan);
          got.choose(scores, p, mask);
          ReferenceRouting.Routes want = ReferenceRouting.choose(plan, scores, p, mask);
          bench().assertSame("expert", got.expert, want.expert());
          bench().assertClose("probability", got.probability, want.probability(), 1);
        }
      }
    }
  }

  @Test
  default void equalScoresGoToTheLowestExpert() {
    RoutingPlan plan = new RoutingPlan(1, 6, 4, 2, 2);
    double[] p = new double[24];
    Arrays.fill(p, 0.25);
    Routes routes = new Routes(bench(), plan);
    routes.choose(p, p, null);
    assertThat(bench().backend.ints(routes.expert)).startsWith(0, 1, 0, 1).containsOnly(0, 1);
  }

  @Test
  default void placesAreFirstComeFirstServedUnlessThereArePriorities() {
    for (RoutingPlan one : PLANS) {
      RoutingPlan plan = one.withChoices(Math.min(2, one.experts()));
      double[] scores = bench().numbers(plan.tokens() * plan.experts());
      int[] asks = bench().mask(plan.allChoices());
      double[] priority = bench().numbers(plan.allChoices());
      for (int[] mask : new int[][] {null, bench().mask(plan.tokens()), new int[plan.tokens()]}) {
        checkPlaces(plan, scores, mask, null, null);
        checkPlaces(plan, scores, mask, asks, null);
        checkPlaces(plan, scores, mask, null, priority);
      }
    }
  }

  private void checkPlaces(
      RoutingPlan plan, double[] scores, int[] mask, int[] asks, double[] priority) {
    Routes got = new Routes(bench(), plan);
    got.choose(scores, scores, mask);
    bench()
        .backend
        .takePlaces(
            plan,
            got.expert,
            asks == null ? null : bench().tensor(asks, asks.length),
            priority == null ? null : bench().tensor(priority, priority.length),
            got.position,
            got.slot,
            got.slotChoice,
            got.asked,
            got.dropped);
    got.assertSame(
        ReferenceRouting.takePlaces(
            plan, ReferenceRouting.choose(plan, scores, scores, mask), asks, priority));
  }

  @Test
  default void allTokensAtOneExpertLeaveOnlyItsCapacity() {
    RoutingPlan plan = new RoutingPlan(2, 20, 4, 3);
    double[] p = new double[plan.tokens() * 4];
    for (int t = 0; t < plan.tokens(); t++) {
      p[t * 4 + 2] = 1;
    }
    Routes routes = new Routes(bench(), plan);
    routes.choose(p, p, null);
    routes.takePlaces();
    assertThat(bench().backend.ints(routes.asked)).containsExactly(0, 0, 20, 0, 0, 0, 20, 0);
    assertThat(bench().backend.ints(routes.dropped)).containsExactly(17, 17);
    int[] slots = bench().backend.ints(routes.slot);
    assertThat(Arrays.stream(slots).filter(s -> s >= 0).count()).isEqualTo(2 * 3);
  }

  @Test
  default void tokensWithoutASlotAskForTheirNextExpert() {
    for (RoutingPlan one : PLANS) {
      RoutingPlan plan = one.withChoices(Math.min(4, one.experts()));
      double[] scores = bench().numbers(plan.tokens() * plan.experts());
      for (int[] mask : new int[][] {null, bench().mask(plan.tokens())}) {
        Routes got = new Routes(bench(), plan);
        got.choose(scores, scores, mask);
        bench()
            .backend
            .takePlacesUntilServed(
                plan, got.expert, got.position, got.slot, got.slotChoice, got.asked, got.dropped);
        got.assertSame(
            ReferenceRouting.takePlacesUntilServed(
                plan, ReferenceRouting.choose(plan, scores, scores, mask)));
      }
    }
  }

  @Test
  default void expertsTakeTheTokensThatTheyAreMostProbableFor() {
    for (RoutingPlan one : PLANS) {
      RoutingPlan plan = one.withChoices(one.experts());
      double[] p = bench().numbers(plan.tokens() * plan.experts(), 0, 1);
      for (int[] mask : new int[][] {null, bench().mask(plan.tokens())}) {
        Routes got = new Routes(bench(), plan);
        bench()
            .backend
            .chooseTokens(
                plan,
                bench().tensor(p, plan.tokens(), plan.experts()),
                mask == null ? null : bench().tensor(mask, plan.tokens()),
                got.expert,
                got.probability,
                got.position,
                got.slot,
                got.slotChoice,
                got.asked,
                got.dropped);
        ReferenceRouting.Routes want = ReferenceRouting.chooseTokens(plan, p, mask);
        got.assertSame(want);
        bench().assertClose("probability", got.probability, want.probability(), 1);
      }
    }
  }

  @Test
  default void choicesAreCountedForEachGroup() {
    for (RoutingPlan one : PLANS) {
      RoutingPlan plan = one.withChoices(Math.min(3, one.experts()));
      int[] expert = bench().integers(plan.allChoices(), -1, plan.experts());
      for (int first = 1; first <= plan.choices(); first++) {
        Tensor count = bench().spoiledIndices(plan.groups(), plan.experts());
        bench().backend.countChoices(plan, bench().tensor(expert, expert.length), first, count);
        bench().assertSame("count", count, ReferenceRouting.countChoices(plan, expert, first));
      }
    }
  }

  @Test
  default void normalisedGatesSumToOneAndHaveTheirSlopes() {
    for (int k = 2; k <= 4; k++) {
      RoutingPlan plan = new RoutingPlan(2, 7, 5, k, 3);
      double[] p = bench().numbers(plan.allChoices(), 0.05, 0.3);
      double[] dGate = bench().numbers(plan.allChoices());
      Tensor tp = bench().tensor(p, plan.tokens(), k);
      Tensor gate = bench().spoiled(plan.tokens(), k);
      bench().backend.normaliseGates(plan, tp, gate);
      bench().assertClose("gate", gate, ReferenceRouting.normalise(plan, p), k);
      Tensor slopes = bench().tensor(dGate, plan.tokens(), k);
      bench().backend.normaliseGatesBackward(plan, tp, gate, slopes);
      DoubleSupplier loss = () -> Reference.dot(ReferenceRouting.normalise(plan, p), dGate);
      bench().assertGradient("gates' probabilities", slopes, null, p, loss, k);
    }
  }

  @Test
  default void secondExpertsAreAskedByChance() {
    RoutingPlan plan = new RoutingPlan(2, 2000, 4, 2, 3);
    RandomKey key = new RandomKey(3, 5, 7, 11);
    double[] gate = bench().numbers(plan.allChoices(), 0, 0.3);
    Tensor asks = bench().spoiledIndices(plan.tokens(), 2);
    bench().backend.askSecondByChance(plan, bench().tensor(gate, plan.tokens(), 2), 0.2, key, asks);
    int[] want = ReferenceRouting.askSecond(plan, gate, 0.2, key);
    bench().assertSame("asks", asks, want);
    double asked = 0;
    for (int t = 0; t < plan.tokens(); t++) {
      assertThat(want[2 * t]).as("first experts are always asked").isEqualTo(1);
      assertThat(gate[2 * t + 1] < 0.2 || want[2 * t + 1] == 1).isTrue();
      asked += want[2 * t + 1];
    }
    // Gates even in [0, 0.3): min(1, g / 0.2) is 2/3 on average, give or take 0.0075 in 4000.
    assertThat(asked / plan.tokens()).isCloseTo(2.0 / 3, within(0.03));
  }

  @Test
  default void gumbelNoiseDrawsExpertsByTheirProbabilities() {
    int draws = 20_000;
    double[] logits = new double[draws * 3];
    double[] p = {0.6, 0.3, 0.1};
    Arrays.setAll(logits, i -> Math.log(p[i % 3]));
    RandomKey key = new RandomKey(3, 5, 7, 11);
    Tensor out = bench().spoiled(draws, 3);
    bench().backend.addGumbel(bench().tensor(logits, draws, 3), key, out);
    bench().assertClose("scores", out, ReferenceRouting.addGumbel(logits, key), 1);
    double[] scores = bench().values(out);
    double[] drawn = new double[3];
    for (int i = 0; i < draws; i++) {
      int at = 3 * i;
      int best =
          IntStream.range(0, 3)
              .reduce((a, b) -> scores[at + b] > scores[at + a] ? b : a)
              .orElseThrow();
      drawn[best] += 1.0 / draws;
    }
    // The standard deviation of a share is at most 0.0035.
    for (int e = 0; e < 3; e++) {
      assertThat(drawn[e]).isCloseTo(p[e], within(0.014));
    }
  }

  @Test
  default void aRowIsAddedToEachRow() {
    double[] x = bench().numbers(7 * 19);
    double[] row = bench().numbers(19);
    Tensor out = bench().spoiled(7, 19);
    bench().backend.addToRows(bench().tensor(x, 7, 19), bench().tensor(row, 19), out);
    Arrays.setAll(x, i -> x[i] + row[i % 19]);
    bench().assertClose("sums", out, x, 1);
  }

  @Test
  default void sumsAndFiguresCountOnlyTheMask() {
    for (RoutingPlan plan : PLANS) {
      int experts = plan.experts();
      double[] logits = bench().numbers(plan.tokens() * experts, -3, 3);
      for (int[] mask : new int[][] {null, bench().mask(plan.tokens())}) {
        Tensor tl = bench().tensor(logits, plan.tokens(), experts);
        Tensor tp = bench().spoiled(plan.tokens(), experts);
        bench().backend.softmax(tl, tp);
        Tensor tm = mask == null ? null : bench().tensor(mask, plan.tokens());
        Tensor sums = bench().spoiled(plan.groups(), experts);
        Tensor figures = bench().spoiled(3);
        bench().backend.sumProbabilities(plan, tp, tm, sums);
        bench().backend.routerFigures(tl, tp, tm, figures);

        double[] p = Reference.softmax(logits, experts);
        double[] wantSums = new double[plan.groups() * experts];
        double[] wantFigures = new double[3];
        for (int t = 0; t < plan.tokens(); t++) {
          if (mask == null || mask[t] != 0) {
            double largest = 0;
            for (int e = 0; e < experts; e++) {
              double share = p[t * experts + e];
              wantSums[t / plan.groupSize() * experts + e] += share;
              wantFigures[0] -= share * Math.log(share);
              largest = Math.max(largest, share);
            }
            wantFigures[1] += Math.pow(Reference.logSumExp(logits, t * experts, experts), 2);
            wantFigures[2] += largest;
          }
        }
        bench().assertClose("sums of probabilities", sums, wantSums, plan.groupSize());
        bench().assertClose("entropy, z, confidence", figures, wantFigures, plan.tokens());
      }
    }
  }

  @Test
  default void theRoutersGradientIsThatOfChoicesSlopesAndZLoss() {
    for (RoutingPlan one : PLANS) {
      for (int k : new int[] {1, Math.min(3, one.experts())}) {
        for (double zLoss : new double[] {0, 0.3}) {
          RoutingPlan plan = one.withChoices(k);
          checkRouterBackward(plan, null, zLoss);
          checkRouterBackward(plan, bench().mask(plan.tokens()), zLoss);
        }
      }
    }
  }

  private void checkRouterBackward(RoutingPlan plan, int[] mask, double zLoss) {
    int experts = plan.experts();
    double[] logits = bench().numbers(plan.tokens() * experts, -3, 3);
    double[] dProbability = bench().numbers(plan.allChoices());
    double[] slope = bench().numbers(plan.queues());
    int[] expert = ReferenceRouting.choose(plan, logits, logits, mask).expert();
    DoubleSupplier loss =
        () -> ReferenceRouting.routerLoss(plan, logits, expert, dProbability, slope, mask, zLoss);
    Tensor tl = bench().tensor(logits, plan.tokens(), experts);
    Tensor tp = bench().spoiled(plan.tokens(), experts);
    bench().backend.softmax(tl, tp);
    Tensor dLogits = bench().spoiled(plan.tokens(), experts);
    bench()
        .backend
        .routerBackward(
            plan,
            tl,
            tp,
            bench().tensor(expert, plan.allChoices()),
            bench().tensor(dProbability, plan.allChoices()),
            bench().tensor(slope, plan.groups(), experts),
            mask == null ? null : bench().tensor(mask, plan.tokens()),
            zLoss,
            dLogits);
    double[] gradient = bench().values(dLogits);
    // With one expert its probability is 1 whatever the logit: only the z-loss has a slope.
    if (experts > 1 || zLoss > 0) {
      bench().assertGradient("logits in " + plan, dLogits, null, logits, loss, experts);
    } else {
      for (double each : gradient) {
        assertThat(each).isCloseTo(0, within(bench().tolerance(1)));
      }
    }
    for (int i = 0; mask != null && i < gradient.length; i++) {
      assertThat(mask[i / experts] != 0 || gradient[i] == 0).isTrue();
    }
  }

  @Test
  default void theExpectedLoadHasItsSlopes() {
    for (RoutingPlan plan : PLANS) {
      checkExpectedLoads(plan, 1);
    }
  }

  /** Load and slopes of one plan, for the experts that are among the best so many, up to three. */
  default void checkExpectedLoads(RoutingPlan plan, int fewest) {
    for (int top = fewest; top <= Math.min(3, plan.experts()); top++) {
      checkExpectedLoad(plan, top, null);
      checkExpectedLoad(plan, top, bench().mask(plan.tokens()));
    }
  }

  private void checkExpectedLoad(RoutingPlan plan, int top, int[] mask) {
    int size = plan.tokens() * plan.experts();
    double[] logits = bench().numbers(size);
    double[] dLoad = bench().numbers(plan.queues());
    double[] before = bench().numbers(size);
    Tensor tl = bench().tensor(logits, plan.tokens(), plan.experts());
    Tensor tm = mask == null ? null : bench().tensor(mask, plan.tokens());
    if (top < plan.experts()) {
      Tensor load = bench().spoiled(plan.groups(), plan.experts());
      bench().backend.expectedLoad(plan, tl, top, 0.7, tm, load);
      double[] want = ReferenceRouting.expectedLoad(plan, logits, top, 0.7, mask);
      bench().assertClose("load", load, want, plan.groupSize());
    }
    Tensor dLogits = bench().tensor(before, plan.tokens(), plan.experts());
    bench()
        .backend
        .expectedLoadBackward(plan, tl, top, 0.7, tm, bench().tensor(dLoad, dLoad.length), dLogits);
    DoubleSupplier loss =
        () ->
            top == plan.experts()
                ? 0
                : Reference.dot(ReferenceRouting.expectedLoad(plan, logits, top, 0.7, mask), dLoad);
    bench().assertGradient("logits", dLogits, before, logits, loss, 2L * plan.experts());
  }

  @Test
  default void unevenLoadsHaveTheSlopeOfTheirVariation() {
    for (RoutingPlan plan : PLANS) {
      double[] sums = bench().numbers(plan.queues(), 0, 9);
      double[] before = bench().numbers(plan.queues());
      Tensor ts = bench().tensor(sums, plan.groups(), plan.experts());
      Tensor added = bench().tensor(before, plan.groups(), plan.experts());
      Tensor alone = bench().spoiled(plan.groups(), plan.experts());
      bench().backend.variationGradient(plan, ts, 0.7, added, true);
      bench().backend.variationGradient(plan, ts, 0.7, alone, false);
      DoubleSupplier loss = () -> 0.7 * ReferenceRouting.variation(plan, sums);
      // A single expert's variation is 0 whatever it has.
      if (plan.experts() > 1) {
        bench().assertGradient("sums", alone, null, sums, loss, plan.experts());
      }
      double[] both = bench().values(alone);
      Arrays.setAll(both, i -> both[i] + before[i]);
      bench().assertClose("added", added, both, 1);
    }
    RoutingPlan plan = new RoutingPlan(1, 4, 3, 2);
    Tensor slope = bench().spoiled(1, 3);
    bench().backend.variationGradient(plan, bench().tensor(new double[3], 3), 1, slope, false);
    bench().assertClose("slope without a load", slope, new double[3], 1);
  }

  @Test
  default void theBalanceWeighsCountsByGroup() {
    RoutingPlan plan = new RoutingPlan(3, 9, 5, 2);
    double[] factor = bench().numbers(3);
    int[] count = bench().integers(15, 0, 9);
    Tensor out = bench().spoiled(3, 5);
    bench()
        .backend
        .balanceGradient(plan, bench().tensor(factor, 3), bench().tensor(count, 15), out);
    double[] want = new double[15];
    Arrays.setAll(want, i -> factor[i / 5] * count[i]);
    bench().assertClose("slopes", out, want, 1);
  }

  @Test
  default void routingRefusesOtherShapes() {
    RoutingPlan plan = new RoutingPlan(2, 4, 3, 2);
    Routes routes = new Routes(bench(), new RoutingPlan(2, 4, 4, 2));
    Tensor p = bench().tensor(new double[32], 8, 4);
    assertThatThrownBy(
            () ->
                bench().backend.chooseExperts(plan, p, p, null, routes.expert, routes.probability))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[8, 4]");
  }

  /** The tensors that one routing writes. */
  final class Routes {
    final Bench bench;
    final RoutingPlan plan;
    final Tensor expert;
    final Tensor probability;
    final Tensor position;
    final Tensor slot;
    final Tensor slotChoice;
    final Tensor asked;
    final Tensor dropped;

    Routes(Bench bench, RoutingPlan plan) {
      this.bench = bench;
      this.plan = plan;
      expert = bench.spoiledIndices(plan.tokens(), plan.choices());
      probability = bench.spoiled(plan.tokens(), plan.choices());
      position = bench.spoiledIndices(plan.tokens(), plan.choices());
      slot = bench.spoiledIndices(plan.tokens(), plan.choices());
      slotChoice = bench.spoiledIndices(plan.slots());
      asked = bench.spoiledIndices(plan.groups(), plan.experts());
      dropped = bench.spoiledIndices(plan.groups());
    }

    void choose(double[] scores, double[] probabilities, int[] mask) {
      bench.backend.chooseExperts(
          plan,
          bench.tensor(scores, plan.tokens(), plan.experts()),
          bench.tensor(probabilities, plan.tokens(), plan.experts()),
          mask == null ? null : bench.tensor(mask, plan.tokens()),
          expert,
          probability);
    }

    void takePlaces() {
      bench.backend.takePlaces(
          plan, expert, null, null, position, slot, slotChoice, asked, dropped);
    }

    void assertSame(ReferenceRouting.Routes want) {
      bench.assertSame("expert", expert, want.expert());
      bench.assertSame("position", position, want.position());
      bench.assertSame("slot", slot, want.slot());
      bench.assertSame("slotChoice", slotChoice, want.slotChoice());
      bench.assertSame("asked", asked, want.asked());
      bench.assertSame("dropped", dropped, want.dropped());
    }
  }
}
