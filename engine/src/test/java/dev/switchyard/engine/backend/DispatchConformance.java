package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Tokens to the experts' slots, and the experts' results back to the tokens. */
interface DispatchConformance {
  Bench bench();

  /** An expert without tokens, empty slots, dropped and masked tokens, a width of 1. */
  @Test
  default void dispatchAndCombineAreEachOthersWayBack() {
    check(new RoutingPlan(1, 1, 2, 1), 8);
    check(new RoutingPlan(1, 13, 5, 2), 1);
    check(new RoutingPlan(2, 24, 4, 3), 7);
    check(new RoutingPlan(3, 40, 16, 4), 64);
  }

  /** Two and three experts a token; as many as there are. */
  @Test
  default void severalExpertsOfATokenAreAddedUp() {
    check(new RoutingPlan(1, 13, 5, 2, 4), 7);
    check(new RoutingPlan(3, 40, 16, 3, 6), 33);
    check(new RoutingPlan(2, 9, 4, 4, 5), 8);
  }

  /** Groups that leave gaps, experts that nobody asked for, several choices. */
  @Test
  default void packingMovesEachExpertsTokensToItsFirstSlots() {
    checkPacking(new RoutingPlan(1, 1, 2, 1));
    checkPacking(new RoutingPlan(4, 7, 5, 4));
    checkPacking(new RoutingPlan(16, 32, 8, 2, 10));
  }

  private void checkPacking(RoutingPlan plan) {
    double[] scores = bench().numbers(plan.tokens() * plan.experts());
    int[] mask = bench().mask(plan.tokens());
    ReferenceRouting.Routes routes =
        ReferenceRouting.takePlaces(
            plan, ReferenceRouting.choose(plan, scores, scores, mask), null, null);
    Tensor slot = bench().tensor(routes.slot(), plan.tokens(), plan.choices());
    Tensor slotChoice = bench().tensor(routes.slotChoice(), plan.slots());
    Tensor used = bench().spoiledIndices(plan.experts());
    bench().backend.packSlots(plan, slot, slotChoice, used);

    int[] wantSlot = routes.slot().clone();
    int[] wantChoice = new int[plan.slots()];
    Arrays.fill(wantChoice, -1);
    int[] wantUsed = new int[plan.experts()];
    for (int e = 0; e < plan.experts(); e++) {
      int first = e * plan.slotsPerExpert();
      int[] served =
          Arrays.stream(routes.slotChoice(), first, first + plan.slotsPerExpert())
              .filter(choice -> choice >= 0)
              .toArray();
      wantUsed[e] = served.length;
      for (int i = 0; i < served.length; i++) {
        wantChoice[first + i] = served[i];
        wantSlot[served[i]] = first + i;
      }
    }
    bench().assertSame("slot", slot, wantSlot);
    bench().assertSame("slotChoice", slotChoice, wantChoice);
    bench().assertSame("used", used, wantUsed);
  }

  private void check(RoutingPlan plan, int width) {
    int tokens = plan.tokens();
    double[] scores = bench().numbers(tokens * plan.experts());
    for (int t = 0; t < tokens; t++) {
      scores[t * plan.experts()] = -9; // nobody asks for expert 0 first
    }
    ReferenceRouting.Routes routes =
        ReferenceRouting.takePlaces(
            plan, ReferenceRouting.choose(plan, scores, scores, bench().mask(tokens)), null, null);
    checkDispatch(plan, routes, width);
    checkCombine(plan, routes, width);
  }

  private void checkDispatch(RoutingPlan plan, ReferenceRouting.Routes routes, int width) {
    int k = plan.choices();
    double[] x = bench().numbers(plan.tokens() * width);
    Tensor slotChoice = bench().tensor(routes.slotChoice(), plan.slots());
    Tensor out = bench().spoiled(plan.experts(), plan.slotsPerExpert(), width);
    bench().backend.dispatch(bench().tensor(x, plan.tokens(), width), slotChoice, k, out);
    double[] want = ReferenceRouting.dispatch(x, routes.slotChoice(), k, width);
    bench().assertClose("dispatched", out, want, 1);

    double[] dDispatched = bench().numbers(plan.slots() * width);
    double[] sum = bench().numbers(plan.tokens() * width);
    Tensor dX = bench().tensor(sum, plan.tokens(), width);
    bench()
        .backend
        .dispatchBackward(
            bench().tensor(dDispatched, plan.slots(), width),
            bench().tensor(routes.slot(), plan.tokens(), k),
            dX);
    double[] back = ReferenceRouting.combine(dDispatched, routes.slot(), null, k, width);
    Arrays.setAll(sum, i -> sum[i] + back[i]);
    bench().assertClose("gradient of the tokens", dX, sum, k);
  }

  private void checkCombine(RoutingPlan plan, ReferenceRouting.Routes routes, int width) {
    int tokens = plan.tokens();
    int k = plan.choices();
    double[] expertOut = bench().numbers(plan.slots() * width);
    double[] gate = bench().numbers(tokens * k, 0.1, 1);
    double[] dOut = bench().numbers(tokens * width);
    Tensor te = bench().tensor(expertOut, plan.slots(), width);
    Tensor slot = bench().tensor(routes.slot(), tokens, k);
    Tensor tg = bench().tensor(gate, tokens, k);
    Tensor out = bench().spoiled(tokens, width);
    bench().backend.combine(te, slot, tg, out);
    bench()
        .assertClose(
            "combined", out, ReferenceRouting.combine(expertOut, routes.slot(), gate, k, width), k);

    Tensor dExpertOut = bench().spoiled(plan.slots(), width);
    Tensor dGate = bench().spoiled(tokens, k);
    bench()
        .backend
        .combineBackward(
            bench().tensor(dOut, tokens, width),
            te,
            slot,
            bench().tensor(routes.slotChoice(), plan.slots()),
            tg,
            dExpertOut,
            dGate);
    DoubleSupplier loss =
        () ->
            Reference.dot(ReferenceRouting.combine(expertOut, routes.slot(), gate, k, width), dOut);
    bench().assertGradient("expertOut", dExpertOut, null, expertOut, loss, 1);
    bench().assertGradient("gate", dGate, null, gate, loss, width);
  }

  @Test
  default void withAllTokensDroppedNothingComesBack() {
    int[] none = {-1, -1, -1};
    Tensor slot = bench().tensor(none, 3);
    Tensor slotChoice = bench().tensor(new int[] {-1, -1}, 2);
    Tensor rows = bench().tensor(bench().numbers(6), 3, 2);
    Tensor expertOut = bench().tensor(bench().numbers(4), 2, 2);
    Tensor gate = bench().tensor(bench().numbers(3), 3);
    Tensor out = bench().spoiled(3, 2);
    Tensor dExpertOut = bench().spoiled(2, 2);
    Tensor dGate = bench().spoiled(3);
    bench().backend.combine(expertOut, slot, gate, out);
    bench().backend.combineBackward(rows, expertOut, slot, slotChoice, gate, dExpertOut, dGate);
    bench().assertClose("combined", out, new double[6], 1);
    bench().assertClose("gradient of the experts", dExpertOut, new double[4], 1);
    bench().assertClose("gradient of the gate", dGate, new double[3], 1);
  }

  @Test
  default void dispatchRefusesOtherShapes() {
    Tensor x = bench().tensor(new double[6], 3, 2);
    Tensor four = bench().tensor(new int[4], 4);
    Tensor three = bench().tensor(new int[3], 3);
    Tensor out = bench().tensor(new double[10], 5, 2);
    assertThatThrownBy(() -> bench().backend.dispatch(x, four, 1, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[5, 2]");
    assertThatThrownBy(() -> bench().backend.dispatchBackward(out, four, x))
        .as("four slots for three tokens")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4]");
    Tensor wide = bench().tensor(new double[9], 3, 3);
    assertThatThrownBy(() -> bench().backend.dispatchBackward(out, three, wide))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3, 3]");
  }
}
