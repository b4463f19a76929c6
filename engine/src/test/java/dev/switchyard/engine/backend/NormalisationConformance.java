package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Normalisation of rows, and the embedding of tokens. */
interface NormalisationConformance {
  Bench bench();

  double EPSILON = 1e-6;

  /** [T, d]. */
  int[][] ROWS = {{1, 1}, {1, 8}, {5, 1}, {3, 5}, {33, 64}, {7, 300}, {300, 24}};

  @Test
  default void rmsNormScalesRowsToUnitSize() {
    for (int[] s : ROWS) {
      double[] x = bench().numbers(s[0] * s[1]);
      double[] weight = bench().numbers(s[1]);
      Tensor out = bench().spoiled(s);
      Tensor inverseRms = bench().spoiled(s[0]);
      bench()
          .backend
          .rmsNorm(bench().tensor(x, s), bench().tensor(weight, s[1]), EPSILON, out, inverseRms);
      String what = "rmsNorm " + Arrays.toString(s);
      bench().assertClose(what, out, Reference.rmsNorm(x, weight, EPSILON), s[1]);
    }
  }

  @Test
  default void rmsNormBackwardAddsItsGradients() {
    for (int[] s : ROWS) {
      double[] x = bench().numbers(s[0] * s[1], 0.1, 1);
      double[] weight = bench().numbers(s[1]);
      double[] dOut = bench().numbers(x.length);
      double[] dXBefore = bench().numbers(x.length);
      double[] dWeightBefore = bench().numbers(s[1]);
      Tensor tx = bench().tensor(x, s);
      Tensor tw = bench().tensor(weight, s[1]);
      Tensor inverseRms = bench().spoiled(s[0]);
      bench().backend.rmsNorm(tx, tw, EPSILON, bench().spoiled(s), inverseRms);

      Tensor dX = bench().tensor(dXBefore, s);
      Tensor dWeight = bench().tensor(dWeightBefore, s[1]);
      bench().backend.rmsNormBackward(bench().tensor(dOut, s), tx, tw, inverseRms, dX, dWeight);
      DoubleSupplier loss = () -> Reference.dot(Reference.rmsNorm(x, weight, EPSILON), dOut);
      // A row of one element has next to no gradient: what is left is the rounding of "before".
      if (s[1] > 1) {
        bench().assertGradient("x " + Arrays.toString(s), dX, dXBefore, x, loss, s[1]);
      }
      bench().assertGradient("weight", dWeight, dWeightBefore, weight, loss, s[0]);
    }
  }

  @Test
  default void softmaxOfRowsMayWorkInPlaceAndDoesNotOverflow() {
    for (int[] s : ROWS) {
      double[] x = bench().numbers(s[0] * s[1], -5, 5);
      x[0] = 3e4;
      Arrays.setAll(x, i -> i / s[1] == 2 ? (float) (x[i] - 3e4) : x[i]); // far below 0
      Tensor out = bench().spoiled(s);
      Tensor inPlace = bench().tensor(x, s);
      bench().backend.softmax(bench().tensor(x, s), out);
      bench().backend.softmax(inPlace, inPlace);
      double[] want = Reference.softmax(x, s[1]);
      bench().assertClose("softmax " + Arrays.toString(s), out, want, s[1]);
      bench().assertClose("softmax in place", inPlace, want, s[1]);
    }
  }

  @Test
  default void embedTakesRowsAndItsGradientAddsThemUp() {
    int width = 12;
    double[] table = bench().numbers(20 * width);
    for (int tokens : new int[] {1, 3, 200}) {
      int[] ids = bench().integers(tokens, 0, 20); // 200 tokens: every row several times
      Tensor out = bench().spoiled(tokens, width);
      Tensor ti = bench().tensor(ids, tokens);
      bench().backend.embed(ti, bench().tensor(table, 20, width), out);
      bench().assertClose("rows", out, Reference.gather(table, ids, null, width), 1);

      double[] dOut = bench().numbers(tokens * width);
      double[] want = bench().numbers(20 * width);
      Tensor dTable = bench().tensor(want, 20, width);
      bench().backend.embedBackward(ti, bench().tensor(dOut, tokens, width), dTable);
      for (int i = 0; i < dOut.length; i++) {
        want[ids[i / width] * width + i % width] += dOut[i];
      }
      bench().assertClose("gradient of the table", dTable, want, tokens);
    }
  }

  @Test
  default void positionBiasLooksUpBucketsAndItsGradientAddsThemUp() {
    int[][] lengths = {{1, 1}, {5, 3}, {16, 24}};
    int heads = 3;
    int buckets = 8;
    for (int[] s : lengths) {
      double[] table = bench().numbers(buckets * heads);
      int pairs = s[0] * s[1];
      int[] bucket = bench().integers(pairs, 0, buckets);
      Tensor tb = bench().tensor(bucket, s);
      Tensor out = bench().spoiled(heads, s[0], s[1]);
      bench().backend.positionBias(bench().tensor(table, buckets, heads), tb, out);
      double[] want = new double[heads * pairs];
      Arrays.setAll(want, i -> table[bucket[i % pairs] * heads + i / pairs]);
      bench().assertClose("bias", out, want, 1);

      double[] dBias = bench().numbers(want.length);
      double[] sums = bench().numbers(table.length);
      Tensor dTable = bench().tensor(sums, buckets, heads);
      bench().backend.positionBiasBackward(tb, bench().tensor(dBias, heads, s[0], s[1]), dTable);
      for (int i = 0; i < dBias.length; i++) {
        sums[bucket[i % pairs] * heads + i / pairs] += dBias[i];
      }
      bench().assertClose("gradient of the table", dTable, sums, pairs);
    }
  }

  @Test
  default void rowOperationsRefuseOtherShapes() {
    Backend backend = bench().backend;
    Tensor x = bench().tensor(new double[6], 2, 3);
    Tensor four = bench().tensor(new double[4], 4);
    Tensor two = bench().tensor(new double[2], 2);
    Tensor ids = bench().tensor(new int[] {0, 1, 0}, 3);
    assertThatThrownBy(() -> backend.rmsNorm(x, four, EPSILON, x, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4]");
    assertThatThrownBy(() -> backend.softmax(x, four))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4]");
    assertThatThrownBy(() -> backend.embed(ids, x, four))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4]");
  }
}
