package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Operations element by element. */
interface ElementwiseConformance {
  Bench bench();

  /** Shorter than a vector register, odd, and more than one thread's share. */
  int[] SIZES = {1, 7, 64, 1003, 70_001};

  @Test
  default void addAndScaleWorkInPlace() {
    for (int size : SIZES) {
      double[] from = bench().numbers(size);
      double[] to = bench().numbers(size);
      Tensor sum = bench().tensor(to, size);
      bench().backend.add(bench().tensor(from, size), sum);
      bench().backend.scale(sum, 0.75);
      double[] want = new double[size];
      Arrays.setAll(want, i -> (to[i] + from[i]) * 0.75);
      bench().assertClose("(a + b) * 0.75", sum, want, 1);
    }
  }

  @Test
  default void reluAndItsGradientMayWorkInPlace() {
    for (int size : SIZES) {
      double[] x = bench().numbers(size);
      x[0] = 0; // not above 0: no gradient
      double[] dOut = bench().numbers(size);
      Tensor y = bench().spoiled(size);
      bench().backend.relu(bench().tensor(x, size), y);
      Tensor inPlace = bench().tensor(x, size);
      bench().backend.relu(inPlace, inPlace);
      double[] want = new double[size];
      Arrays.setAll(want, i -> Math.max(x[i], 0));
      bench().assertClose("relu", y, want, 1);
      bench().assertClose("relu in place", inPlace, want, 1);

      Tensor dX = bench().spoiled(size);
      bench().backend.reluBackward(y, bench().tensor(dOut, size), dX);
      Tensor gradientInPlace = bench().tensor(dOut, size);
      bench().backend.reluBackward(y, gradientInPlace, gradientInPlace);
      Arrays.setAll(want, i -> x[i] > 0 ? dOut[i] : 0);
      bench().assertClose("gradient of relu", dX, want, 1);
      bench().assertClose("gradient of relu in place", gradientInPlace, want, 1);
    }
  }

  @Test
  default void gegluAndItsGradients() {
    for (int size : new int[] {1, 7, 1003}) {
      double[] a = bench().numbers(size, -4, 4);
      double[] b = bench().numbers(size);
      double[] dOut = bench().numbers(size);
      Tensor ta = bench().tensor(a, size);
      Tensor tb = bench().tensor(b, size);
      Tensor out = bench().spoiled(size);
      bench().backend.geglu(ta, tb, out);
      bench().assertClose("geglu", out, Reference.geglu(a, b), 1);

      Tensor dA = bench().spoiled(size);
      Tensor dB = bench().spoiled(size);
      bench().backend.gegluBackward(ta, tb, bench().tensor(dOut, size), dA, dB);
      bench().assertGradient("a", dA, null, a, () -> Reference.dot(Reference.geglu(a, b), dOut), 1);
      bench().assertGradient("b", dB, null, b, () -> Reference.dot(Reference.geglu(a, b), dOut), 1);
    }
  }

  @Test
  default void gegluStaysFiniteFarFromZero() {
    double[] a = {-1000, -30, 30, 1000};
    double[] ones = {1, 1, 1, 1};
    Tensor out = bench().spoiled(4);
    Tensor dA = bench().spoiled(4);
    Tensor dB = bench().spoiled(4);
    Tensor b = bench().tensor(ones, 4);
    bench().backend.geglu(bench().tensor(a, 4), b, out);
    bench().assertClose("geglu", out, new double[] {0, 0, 30, 1000}, 1);
    bench().backend.gegluBackward(bench().tensor(a, 4), b, b, dA, dB);
    bench().assertClose("slope", dA, new double[] {0, 0, 1, 1}, 1);
  }

  @Test
  default void dropoutKeepsWhatTheKeySays() {
    RandomKey key = new RandomKey(7, 3, 2, 1_000_000_007L);
    for (int size : SIZES) {
      for (double rate : new double[] {0, 0.1, 0.5}) {
        double[] x = bench().numbers(size);
        Tensor out = bench().spoiled(size);
        bench().backend.dropout(bench().tensor(x, size), rate, key, out);
        Tensor inPlace = bench().tensor(x, size);
        bench().backend.dropout(inPlace, rate, key, inPlace);
        double[] want = Reference.dropout(x, rate, key);
        bench().assertClose("dropout", out, want, 1);
        bench().assertClose("dropout in place", inPlace, want, 1);
      }
    }
  }

  @Test
  default void dropoutOfAPartIsThatPartOfTheWhole() {
    double[] x = bench().numbers(60);
    Tensor parts = bench().tensor(x, 6, 10);
    bench().backend.dropout(parts.part(0, 2), 0.3, new RandomKey(1, 2, 3), parts.part(0, 2));
    bench().backend.dropout(parts.part(2, 6), 0.3, new RandomKey(1, 2, 3, 20), parts.part(2, 6));
    double[] want = Reference.dropout(x, 0.3, new RandomKey(1, 2, 3));
    bench().assertClose("dropout in two parts", parts, want, 1);
  }

  @Test
  default void jitterMultipliesByTheKeysNumbers() {
    RandomKey key = new RandomKey(11, 5, 4, 99);
    for (int size : SIZES) {
      double[] x = bench().numbers(size);
      Tensor out = bench().spoiled(size);
      bench().backend.jitter(bench().tensor(x, size), 0.01, key, out);
      double[] want = new double[size];
      Arrays.setAll(want, i -> x[i] * (0.99 + 0.02 * key.uniform(i)));
      bench().assertClose("jitter", out, want, 1);
    }
  }

  @Test
  default void elementwiseOperationsRefuseOtherSizes() {
    Tensor six = bench().tensor(new double[6], 2, 3);
    Tensor five = bench().tensor(new double[5], 5);
    RandomKey key = new RandomKey(0, 0, 0);
    Backend backend = bench().backend;
    Runnable[] mistakes = {
      () -> backend.add(five, six),
      () -> backend.relu(five, six),
      () -> backend.geglu(six, five, six),
      () -> backend.dropout(five, 0.1, key, six),
      () -> backend.jitter(five, 0.1, key, six),
      () -> backend.copy(five, six),
    };
    for (Runnable mistake : mistakes) {
      assertThatThrownBy(mistake::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[2, 3]")
          .hasMessageContaining("[5]");
    }
  }
}
