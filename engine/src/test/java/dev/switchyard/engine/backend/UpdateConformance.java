package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Optimizer updates, and single numbers about a tensor. */
interface UpdateConformance {
  Bench bench();

  @Test
  default void sumsAreExactEnoughForManyElements() {
    for (int size : new int[] {1, 7, 1024, 5000, 3_000_001}) {
      double[] x = bench().numbers(size, 0, 1);
      Tensor tensor = bench().tensor(x, size);
      double sum = Arrays.stream(x).sum();
      double squares = Reference.dot(x, x);
      // A plain float32 sum of three million terms is off by 1e-3.
      assertThat(bench().backend.sum(tensor)).isCloseTo(sum, within(1e-6 * sum));
      assertThat(bench().backend.sumOfSquares(tensor)).isCloseTo(squares, within(1e-6 * squares));
    }
  }

  @Test
  default void allFiniteFindsWhatIsNot() {
    double[] x = bench().numbers(10_007);
    assertThat(bench().backend.allFinite(bench().tensor(x, x.length))).isTrue();
    for (double bad : new double[] {Double.NaN, 1.0 / 0, -1.0 / 0}) {
      for (int at : new int[] {0, 4096, 10_006}) {
        double[] y = x.clone();
        y[at] = bad;
        y[5] = at == 5 ? bad : -bad; // must not cancel
        assertThat(bench().backend.allFinite(bench().tensor(y, y.length))).isFalse();
      }
    }
    Arrays.fill(x, 3e38); // finite, but not their sum in float32
    assertThat(bench().backend.allFinite(bench().tensor(x, x.length))).isTrue();
  }

  @Test
  default void adamWFollowsItsFormula() {
    for (int size : new int[] {1, 37, 300_000}) {
      double[] p = bench().numbers(size);
      double[] m = new double[size];
      double[] v = new double[size];
      Tensor tp = bench().tensor(p, size);
      Tensor tm = bench().tensor(m, size);
      Tensor tv = bench().tensor(v, size);
      for (int time = 1; time <= 3; time++) {
        double[] g = bench().numbers(size);
        AdamWStep step = new AdamWStep(0.01, 0.9, 0.999, 1e-8, 0.1, time, 0.5);
        bench().backend.adamW(tp, bench().tensor(g, size), tm, tv, step);
        for (int i = 0; i < size; i++) {
          double scaled = g[i] * 0.5;
          m[i] = 0.9 * m[i] + 0.1 * scaled;
          v[i] = 0.999 * v[i] + 0.001 * scaled * scaled;
          double mean = m[i] / (1 - Math.pow(0.9, time));
          double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, time)));
          p[i] -= 0.01 * (mean / (root + 1e-8) + 0.1 * p[i]);
        }
      }
      bench().assertClose("parameter", tp, p, 3);
      bench().assertClose("first moment", tm, m, 3);
      bench().assertClose("second moment", tv, v, 3);
    }
  }

  @Test
  default void adafactorOfAMatrixAndOfAStack() {
    for (boolean together : new boolean[] {false, true}) {
      checkFactored(1, 1, 1, together);
      checkFactored(1, 5, 12, together);
      checkFactored(1, 1, 6, together);
      checkFactored(2, 6, 1, together);
      checkFactored(2, 1, 6, together);
      checkFactored(3, 8, 5, together);
      checkFactored(4, 40, 70, together);
    }
  }

  // Each matrix of the stack is updated as if it were alone, but for the root mean squares if they
  // are taken together.
  private void checkFactored(int n, int r, int c, boolean together) {
    double[] p = bench().numbers((long) n * r * c);
    double[] rows = new double[n * r];
    double[] columns = new double[n * c];
    int[] shape = n == 1 ? new int[] {r, c} : new int[] {n, r, c};
    Tensor tp = bench().tensor(p, shape);
    Tensor tr = n == 1 ? bench().tensor(rows, r) : bench().tensor(rows, n, r);
    Tensor tc = n == 1 ? bench().tensor(columns, c) : bench().tensor(columns, n, c);
    for (int time = 1; time <= 3; time++) {
      double[] g = bench().numbers(p.length);
      // Clipped in the first steps only: the second moment then lags behind a smaller gradient.
      double scale = time == 3 ? 0.1 : 2;
      AdafactorStep step =
          new AdafactorStep(0.02, 1 - Math.pow(time, -0.8), 1e-30, 1e-3, 0.7, scale, together);
      bench().backend.adafactor(tp, bench().tensor(g, shape), tr, tc, step);
      double[] update = new double[p.length];
      for (int i = 0; i < n; i++) {
        double[] own = factored(g, rows, columns, i, r, c, step);
        System.arraycopy(own, 0, update, i * r * c, r * c);
      }
      int each = together ? n * r * c : r * c;
      for (int from = 0; from < p.length; from += each) {
        apply(p, from, Arrays.copyOfRange(update, from, from + each), step);
      }
    }
    String what = "parameter of " + n + " x " + r + " x " + c;
    bench().assertClose(what, tp, p, (long) r * c);
    bench().assertClose("rows", tr, rows, c);
    bench().assertClose("columns", tc, columns, r);
  }

  private static double[] factored(
      double[] g, double[] rows, double[] columns, int i, int r, int c, AdafactorStep s) {
    double[] rowMeans = new double[r];
    double[] columnMeans = new double[c];
    for (int k = 0; k < r * c; k++) {
      double square = Math.pow(g[i * r * c + k] * s.gradientScale(), 2) + s.epsilon();
      rowMeans[k / c] += square / c;
      columnMeans[k % c] += square / r;
    }
    double meanOfRows = 0;
    for (int k = 0; k < r; k++) {
      rows[i * r + k] = s.beta2() * rows[i * r + k] + (1 - s.beta2()) * rowMeans[k];
      meanOfRows += rows[i * r + k] / r;
    }
    for (int k = 0; k < c; k++) {
      columns[i * c + k] = s.beta2() * columns[i * c + k] + (1 - s.beta2()) * columnMeans[k];
    }
    double[] update = new double[r * c];
    for (int k = 0; k < r * c; k++) {
      double moment = rows[i * r + k / c] / meanOfRows * columns[i * c + k % c];
      update[k] = g[i * r * c + k] * s.gradientScale() / Math.sqrt(moment);
    }
    return update;
  }

  private static void apply(double[] p, int from, double[] update, AdafactorStep s) {
    double updateRms = Math.sqrt(Reference.dot(update, update) / update.length);
    double[] own = Arrays.copyOfRange(p, from, from + update.length);
    double parameterRms = Math.sqrt(Reference.dot(own, own) / own.length);
    double rate = s.learningRate() * Math.max(s.smallestScale(), parameterRms);
    for (int k = 0; k < update.length; k++) {
      p[from + k] -= rate * update[k] / Math.max(1, updateRms / s.clipThreshold());
    }
  }

  @Test
  default void adafactorOfAVectorKeepsTheWholeMoment() {
    for (int size : new int[] {1, 77}) {
      double[] p = new double[size]; // all zero: the smallest scale counts
      double[] moment = new double[size];
      Tensor tp = bench().tensor(p, size);
      Tensor tm = bench().tensor(moment, size);
      for (int time = 1; time <= 3; time++) {
        double[] g = bench().numbers(size);
        AdafactorStep step =
            new AdafactorStep(0.02, 1 - Math.pow(time, -0.8), 1e-30, 1e-3, 1, 0.5, false);
        bench().backend.adafactor(tp, bench().tensor(g, size), tm, step);
        double[] update = new double[size];
        for (int i = 0; i < size; i++) {
          double scaled = g[i] * 0.5;
          moment[i] = step.beta2() * moment[i] + (1 - step.beta2()) * scaled * scaled;
          update[i] = scaled / Math.sqrt(moment[i]);
        }
        apply(p, 0, update, step);
      }
      bench().assertClose("parameter", tp, p, size);
      bench().assertClose("second moment", tm, moment, 3);
    }
  }

  @Test
  default void updatesRefuseOtherShapes() {
    Tensor six = bench().tensor(new double[6], 2, 3);
    Tensor five = bench().tensor(new double[5], 5);
    AdamWStep adamW = new AdamWStep(0, 0, 0, 0, 0, 1, 1);
    AdafactorStep adafactor = new AdafactorStep(0, 0, 1, 1, 1, 1, false);
    assertThatThrownBy(() -> bench().backend.adamW(six, five, six, six, adamW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[5]");
    assertThatThrownBy(() -> bench().backend.adafactor(six, six, five, five, adafactor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[5]");
  }
}
