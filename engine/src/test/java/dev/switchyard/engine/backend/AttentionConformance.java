package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Attention, with what may hide keys or drop probabilities. */
interface AttentionConformance {
  Bench bench();

  RandomKey KEY = new RandomKey(3, 14, 15, 92);

  private static AttentionPlan plan(
      int b, int h, int lq, int lk, int d, boolean causal, double rate) {
    return new AttentionPlan(b, h, lq, lk, d, causal, rate, rate > 0 ? KEY : null);
  }

  @Test
  default void attentionOfOneTokenAndOfOddLengths() {
    check(plan(1, 1, 1, 1, 1, false, 0), false, null);
    check(plan(2, 3, 7, 7, 5, false, 0), false, null);
    check(plan(1, 2, 33, 33, 16, false, 0), true, null);
  }

  @Test
  default void attentionToAnotherSequence() {
    check(plan(2, 2, 5, 9, 4, false, 0), false, bench().mask(18));
    check(plan(3, 1, 9, 2, 8, false, 0), true, null);
  }

  @Test
  default void causalAttentionSeesNoLaterKey() {
    check(plan(2, 2, 6, 6, 4, true, 0), false, null);
    check(plan(1, 3, 19, 19, 8, true, 0), true, null);
    check(plan(1, 1, 5, 8, 3, true, 0), true, null);
  }

  @Test
  default void maskedKeysAreNotSeen() {
    check(plan(3, 2, 7, 7, 4, false, 0), true, bench().mask(21));
    check(plan(2, 2, 8, 8, 4, true, 0), true, bench().mask(16));
  }

  @Test
  default void aQueryThatSeesNoKeyGetsZeros() {
    int[] noneInTheSecondRow = {1, 1, 0, 1, 0, 0, 0, 0};
    check(plan(2, 2, 3, 4, 5, false, 0), true, noneInTheSecondRow);
    int[] notTheFirstTwo = {0, 0, 1, 1};
    AttentionPlan plan = plan(1, 2, 4, 4, 5, true, 0);
    check(plan, true, notTheFirstTwo);
    Case c = new Case(bench(), plan, true, notTheFirstTwo);
    c.forward();
    double[] ofTheFirstTwo = Arrays.copyOf(bench().values(c.out), 2 * 2 * 5);
    Bench.assertWithin("blind queries", ofTheFirstTwo, new double[2 * 2 * 5], 0);
  }

  @Test
  default void droppedProbabilitiesAreThoseOfTheKey() {
    check(plan(2, 2, 6, 5, 4, false, 0.25), true, null);
    check(plan(2, 1, 9, 9, 4, true, 0.5), true, bench().mask(18));
  }

  @Test
  default void largeScoresDoNotOverflow() {
    AttentionPlan plan = plan(1, 1, 3, 3, 2, false, 0);
    double[] far = {200, 0, 0, 200, -200, 0};
    double[] v = bench().numbers(6);
    Tensor x = bench().tensor(far, 3, 2);
    Tensor out = bench().spoiled(3, 2);
    Tensor state = bench().spoiled(bench().backend.attentionStateShape(plan));
    bench().backend.attention(plan, x, x, bench().tensor(v, 3, 2), null, null, out, state);
    // Each key is the best of its own query by 40,000.
    bench().assertClose("attention to oneself", out, v, 1);
  }

  @Test
  default void attentionGivesTheSameBitsTwice() {
    AttentionPlan plan = plan(3, 4, 32, 32, 16, true, 0.1);
    Case first = new Case(bench(), plan, true, bench().mask(96));
    first.forward();
    first.backward();
    double[][] before = new double[first.results().length][];
    Arrays.setAll(before, i -> bench().values(first.results()[i]));
    bench().set(first.dBias, first.dBiasBefore);
    first.forward();
    first.backward();
    for (int i = 0; i < before.length; i++) {
      assertThat(bench().values(first.results()[i])).containsExactly(before[i]);
    }
  }

  @Test
  default void attentionRefusesOtherShapes() {
    AttentionPlan plan = plan(2, 2, 3, 4, 5, false, 0);
    Case c = new Case(bench(), plan, false, null);
    Tensor wrong = bench().tensor(new double[70], 7, 10);
    assertThatThrownBy(
            () -> bench().backend.attention(plan, c.q, wrong, c.v, null, null, c.out, c.state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[7, 10]");
  }

  private void check(AttentionPlan plan, boolean withBias, int[] keyMask) {
    Case c = new Case(bench(), plan, withBias, keyMask);
    c.forward();
    bench().assertClose("attention " + plan, c.out, c.reference(), plan.keyLength());
    c.backward();
    DoubleSupplier loss = () -> Reference.dot(c.reference(), c.dOutValues);
    int terms = plan.keyLength() * plan.headSize();
    bench().assertGradient("q in " + plan, c.dQ, null, c.qValues, loss, terms);
    bench().assertGradient("k in " + plan, c.dK, null, c.kValues, loss, terms);
    bench().assertGradient("v in " + plan, c.dV, null, c.vValues, loss, terms);
    if (withBias) {
      bench().assertGradient("bias", c.dBias, c.dBiasBefore, c.biasValues, loss, plan.batch());
    }
  }

  /** Inputs and outputs of one attention. */
  final class Case {
    final AttentionPlan plan;
    final double[] qValues;
    final double[] kValues;
    final double[] vValues;
    final double[] biasValues;
    final double[] dOutValues;
    final double[] dBiasBefore;
    final int[] mask;
    final Bench bench;
    final Tensor q;
    final Tensor k;
    final Tensor v;
    final Tensor bias;
    final Tensor keyMask;
    final Tensor out;
    final Tensor state;
    final Tensor dOut;
    final Tensor dQ;
    final Tensor dK;
    final Tensor dV;
    final Tensor dBias;

    Case(Bench bench, AttentionPlan plan, boolean withBias, int[] mask) {
      this.bench = bench;
      this.plan = plan;
      this.mask = mask;
      int width = plan.heads() * plan.headSize();
      int queries = plan.batch() * plan.queryLength();
      int keys = plan.batch() * plan.keyLength();
      int[] biasShape = {plan.heads(), plan.queryLength(), plan.keyLength()};
      qValues = bench.numbers((long) queries * width);
      kValues = bench.numbers((long) keys * width);
      vValues = bench.numbers((long) keys * width);
      dOutValues = bench.numbers((long) queries * width);
      biasValues = withBias ? bench.numbers(Tensor.sizeOf(biasShape)) : null;
      dBiasBefore = withBias ? bench.numbers(biasValues.length) : null;
      q = bench.tensor(qValues, queries, width);
      k = bench.tensor(kValues, keys, width);
      v = bench.tensor(vValues, keys, width);
      bias = withBias ? bench.tensor(biasValues, biasShape) : null;
      keyMask = mask == null ? null : bench.tensor(mask, plan.batch(), plan.keyLength());
      out = bench.spoiled(queries, width);
      state = bench.spoiled(bench.backend.attentionStateShape(plan));
      dOut = bench.tensor(dOutValues, queries, width);
      dQ = bench.spoiled(queries, width);
      dK = bench.spoiled(keys, width);
      dV = bench.spoiled(keys, width);
      dBias = withBias ? bench.tensor(dBiasBefore, biasShape) : null;
    }

    void forward() {
      bench.backend.attention(plan, q, k, v, bias, keyMask, out, state);
    }

    void backward() {
      bench.backend.attentionBackward(
          plan, q, k, v, bias, keyMask, out, state, dOut, dQ, dK, dV, dBias);
    }

    double[] reference() {
      return Reference.attention(plan, qValues, kValues, vValues, biasValues, mask);
    }

    Tensor[] results() {
      return new Tensor[] {out, dQ, dK, dV, dBias};
    }
  }
}
