package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
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
  default void routingIsFirstComeFirstServed() {
    for (RoutingPlan plan : PLANS) {
      double[] p =
          Reference.softmax(bench().numbers(plan.tokens() * plan.experts()), plan.experts());
      checkRoutes(plan, p, null);
      checkRoutes(plan, p, bench().mask(plan.tokens()));
      checkRoutes(plan, p, new int[plan.tokens()]); // nothing to route
    }
  }

  @Test
  default void allTokensAtOneExpertLeaveOnlyItsCapacity() {
    RoutingPlan plan = new RoutingPlan(2, 20, 4, 3);
    double[] p = new double[plan.tokens() * 4];
    for (int t = 0; t < plan.tokens(); t++) {
      p[t * 4 + 2] = 1;
    }
    Routes routes = checkRoutes(plan, p, null);
    assertThat(bench().backend.ints(routes.asked)).containsExactly(0, 0, 20, 0, 0, 0, 20, 0);
    int[] slots = bench().backend.ints(routes.slot);
    assertThat(Arrays.stream(slots).filter(s -> s >= 0).count()).isEqualTo(2 * 3);
  }

  @Test
  default void equalProbabilitiesGoToTheLowestExpert() {
    RoutingPlan plan = new RoutingPlan(1, 6, 4, 2);
    double[] p = new double[24];
    Arrays.fill(p, 0.25);
    Routes routes = checkRoutes(plan, p, null);
    assertThat(bench().backend.ints(routes.expert)).containsOnly(0);
  }

  @Test
  default void everyTokenIsKeptOnceOrDroppedOnce() {
    for (RoutingPlan plan : PLANS) {
      double[] p =
          Reference.softmax(bench().numbers(plan.tokens() * plan.experts()), plan.experts());
      int[] mask = bench().mask(plan.tokens());
      Routes routes = new Routes(bench(), plan);
      routes.route(p, mask);
      int[] slot = bench().backend.ints(routes.slot);
      int[] slotToken = bench().backend.ints(routes.slotToken);
      int[] expert = bench().backend.ints(routes.expert);
      int kept = 0;
      for (int t = 0; t < slot.length; t++) {
        if (slot[t] >= 0) {
          kept++;
          assertThat(mask[t]).isEqualTo(1);
          assertThat(slotToken[slot[t]]).isEqualTo(t);
          assertThat(slot[t] / plan.slotsPerExpert()).isEqualTo(expert[t]);
        }
      }
      assertThat(Arrays.stream(slotToken).filter(t -> t >= 0).count()).isEqualTo(kept);
      checkOrder(plan, slotToken);
    }
  }

  // In each block of capacity slots: tokens of the block's group, in their order, then empty ones.
  private static void checkOrder(RoutingPlan plan, int[] slotToken) {
    for (int s = 0; s < slotToken.length; s++) {
      if (slotToken[s] >= 0) {
        int group = s / plan.capacity() % plan.groups();
        assertThat(slotToken[s] / plan.groupSize()).isEqualTo(group);
        boolean first = s % plan.capacity() == 0;
        assertThat(first || slotToken[s - 1] >= 0 && slotToken[s - 1] < slotToken[s]).isTrue();
      }
    }
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
  default void theRoutersGradientIsThatOfGateBalanceAndZLoss() {
    for (RoutingPlan plan : PLANS) {
      for (boolean masked : new boolean[] {false, true}) {
        for (double zLoss : new double[] {0, 0.3}) {
          checkRouterBackward(plan, masked ? bench().mask(plan.tokens()) : null, zLoss);
        }
      }
    }
  }

  private void checkRouterBackward(RoutingPlan plan, int[] mask, double zLoss) {
    int experts = plan.experts();
    double[] logits = bench().numbers(plan.tokens() * experts, -3, 3);
    double[] dGate = bench().numbers(plan.tokens());
    double[] balancing = bench().numbers(plan.groups(), 0, 0.1);
    Reference.Routes routes = Reference.route(plan, Reference.softmax(logits, experts), mask);
    DoubleSupplier loss =
        () -> {
          double[] p = Reference.softmax(logits, experts);
          double sum = 0;
          for (int t = 0; t < plan.tokens(); t++) {
            int group = t / plan.groupSize();
            for (int e = 0; e < experts && (mask == null || mask[t] != 0); e++) {
              double factor = balancing[group] * routes.asked()[group * experts + e];
              factor += e == routes.expert()[t] ? dGate[t] : 0;
              sum += factor * p[t * experts + e];
            }
            if (mask == null || mask[t] != 0) {
              sum += zLoss / 2 * Math.pow(Reference.logSumExp(logits, t * experts, experts), 2);
            }
          }
          return sum;
        };
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
            bench().tensor(routes.expert(), plan.tokens()),
            bench().tensor(dGate, plan.tokens()),
            bench().tensor(routes.asked(), plan.groups(), experts),
            mask == null ? null : bench().tensor(mask, plan.tokens()),
            bench().tensor(balancing, plan.groups()),
            zLoss,
            dLogits);
    // With one expert its probability is 1 whatever the logit: only the z-loss has a slope.
    if (experts > 1 || zLoss > 0) {
      bench().assertGradient("logits in " + plan, dLogits, null, logits, loss, experts);
    } else {
      for (double gradient : bench().values(dLogits)) {
        assertThat(gradient).isCloseTo(0, within(bench().tolerance(1)));
      }
    }
    double[] gradient = bench().values(dLogits);
    for (int i = 0; mask != null && i < gradient.length; i++) {
      assertThat(mask[i / experts] != 0 || gradient[i] == 0).isTrue();
    }
  }

  @Test
  default void routingRefusesOtherShapes() {
    RoutingPlan plan = new RoutingPlan(2, 4, 3, 2);
    Routes routes = new Routes(bench(), new RoutingPlan(2, 4, 4, 2));
    assertThatThrownBy(
            () ->
                bench()
                    .backend
                    .routeTopOne(
                        plan,
                        bench().tensor(new double[32], 8, 4),
                        null,
                        routes.expert,
                        routes.gate,
                        routes.position,
                        routes.slot,
                        routes.slotToken,
                        routes.asked))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[8, 4]");
  }

  private Routes checkRoutes(RoutingPlan plan, double[] exact, int[] mask) {
    // What the backend sees of a double is its float32, in which more of them are equal.
    double[] p = new double[exact.length];
    Arrays.setAll(p, i -> (float) exact[i]);
    Routes got = new Routes(bench(), plan);
    got.route(p, mask);
    Reference.Routes want = Reference.route(plan, p, mask);
    bench().assertSame("expert", got.expert, want.expert());
    bench().assertClose("gate", got.gate, want.gate(), 1);
    bench().assertSame("position", got.position, want.position());
    bench().assertSame("slot", got.slot, want.slot());
    bench().assertSame("slotToken", got.slotToken, want.slotToken());
    bench().assertSame("asked", got.asked, want.asked());
    return got;
  }

  /** The tensors that one routing writes. */
  final class Routes {
    final Bench bench;
    final RoutingPlan plan;
    final Tensor expert;
    final Tensor gate;
    final Tensor position;
    final Tensor slot;
    final Tensor slotToken;
    final Tensor asked;

    Routes(Bench bench, RoutingPlan plan) {
      this.bench = bench;
      this.plan = plan;
      expert = bench.spoiledIndices(plan.tokens());
      gate = bench.spoiled(plan.tokens());
      position = bench.spoiledIndices(plan.tokens());
      slot = bench.spoiledIndices(plan.tokens());
      slotToken = bench.spoiledIndices(plan.slots());
      asked = bench.spoiledIndices(plan.groups(), plan.experts());
    }

    void route(double[] probabilities, int[] mask) {
      bench.backend.routeTopOne(
          plan,
          bench.tensor(probabilities, plan.tokens(), plan.experts()),
          mask == null ? null : bench.tensor(mask, plan.tokens()),
          expert,
          gate,
          position,
          slot,
          slotToken,
          asked);
    }
  }
}
