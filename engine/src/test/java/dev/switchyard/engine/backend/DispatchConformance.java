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

  private void check(RoutingPlan plan, int width) {
    int tokens = plan.tokens();
    double[] logits = bench().numbers(tokens * plan.experts());
    for (int t = 0; t < tokens; t++) {
      logits[t * plan.experts()] = -9; // nobody asks for expert 0
    }
    double[] p = Reference.softmax(logits, plan.experts());
    Reference.Routes routes = Reference.route(plan, p, bench().mask(tokens));
    checkDispatch(plan, routes, width);
    checkCombine(plan, routes, width);
  }

  private void checkDispatch(RoutingPlan plan, Reference.Routes routes, int width) {
    double[] x = bench().numbers(plan.tokens() * width);
    Tensor slotToken = bench().tensor(routes.slotToken(), plan.slots());
    Tensor out = bench().spoiled(plan.experts(), plan.slotsPerExpert(), width);
    bench().backend.dispatch(bench().tensor(x, plan.tokens(), width), slotToken, out);
    double[] want = Reference.gather(x, routes.slotToken(), null, width);
    bench().assertClose("dispatched", out, want, 1);

    double[] dDispatched = bench().numbers(plan.slots() * width);
    double[] sum = bench().numbers(plan.tokens() * width);
    Tensor dX = bench().tensor(sum, plan.tokens(), width);
    bench()
        .backend
        .dispatchBackward(
            bench().tensor(dDispatched, plan.slots(), width),
            bench().tensor(routes.slot(), plan.tokens()),
            dX);
    double[] back = Reference.gather(dDispatched, routes.slot(), null, width);
    Arrays.setAll(sum, i -> sum[i] + back[i]);
    bench().assertClose("gradient of the tokens", dX, sum, 1);
  }

  private void checkCombine(RoutingPlan plan, Reference.Routes routes, int width) {
    int tokens = plan.tokens();
    double[] expertOut = bench().numbers(plan.slots() * width);
    double[] gate = bench().numbers(tokens, 0.1, 1);
    double[] dOut = bench().numbers(tokens * width);
    Tensor te = bench().tensor(expertOut, plan.slots(), width);
    Tensor slot = bench().tensor(routes.slot(), tokens);
    Tensor tg = bench().tensor(gate, tokens);
    Tensor out = bench().spoiled(tokens, width);
    bench().backend.combine(te, slot, tg, out);
    bench()
        .assertClose("combined", out, Reference.gather(expertOut, routes.slot(), gate, width), 1);

    Tensor dExpertOut = bench().spoiled(plan.slots(), width);
    Tensor dGate = bench().spoiled(tokens);
    bench()
        .backend
        .combineBackward(
            bench().tensor(dOut, tokens, width),
            te,
            slot,
            bench().tensor(routes.slotToken(), plan.slots()),
            tg,
            dExpertOut,
            dGate);
    DoubleSupplier loss =
        () -> Reference.dot(Reference.gather(expertOut, routes.slot(), gate, width), dOut);
    bench().assertGradient("expertOut", dExpertOut, null, expertOut, loss, 1);
    bench().assertGradient("gate", dGate, null, gate, loss, width);
  }

  @Test
  default void withAllTokensDroppedNothingComesBack() {
    int[] none = {-1, -1, -1};
    Tensor slot = bench().tensor(none, 3);
    Tensor slotToken = bench().tensor(new int[] {-1, -1}, 2);
    Tensor rows = bench().tensor(bench().numbers(6), 3, 2);
    Tensor expertOut = bench().tensor(bench().numbers(4), 2, 2);
    Tensor gate = bench().tensor(bench().numbers(3), 3);
    Tensor out = bench().spoiled(3, 2);
    Tensor dExpertOut = bench().spoiled(2, 2);
    Tensor dGate = bench().spoiled(3);
    bench().backend.combine(expertOut, slot, gate, out);
    bench().backend.combineBackward(rows, expertOut, slot, slotToken, gate, dExpertOut, dGate);
    bench().assertClose("combined", out, new double[6], 1);
    bench().assertClose("gradient of the experts", dExpertOut, new double[4], 1);
    bench().assertClose("gradient of the gate", dGate, new double[3], 1);
  }

  @Test
  default void dispatchRefusesOtherShapes() {
    Tensor x = bench().tensor(new double[6], 3, 2);
    Tensor slotToken = bench().tensor(new int[4], 4);
    Tensor out = bench().tensor(new double[10], 5, 2);
    assertThatThrownBy(() -> bench().backend.dispatch(x, slotToken, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[5, 2]");
    assertThatThrownBy(() -> bench().backend.dispatchBackward(out, slotToken, x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3, 2]");
  }
}
