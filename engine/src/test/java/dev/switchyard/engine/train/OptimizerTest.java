package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The optimizers do what plain loops in double precision do. */
final class OptimizerTest {
  private static final int STEPS = 5;
  private static final double RATE = 0.02;
  private static final double CLIPPED = 0.5;

  private final Backend backend = Backends.open("cpu", ElementType.FLOAT32);
  private final Random random = new Random(7);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void adamWIsAdamWithDecayOfMatricesOnly() {
    TrainingConfig config =
        RunConfig.defaults()
            .with(Map.of("weight_decay", 0.1, "adam_beta1", 0.8, "adam_beta2", 0.9))
            .training();
    Parameter matrix = parameter("w", 5, 7);
    Parameter vector = parameter("norm", 7);
    Parameter experts = parameter("experts", 3, 4, 6);
    for (Parameter parameter : List.of(matrix, vector, experts)) {
      double[] expected = backend.doubles(parameter.value());
      double[] first = new double[expected.length];
      double[] second = new double[expected.length];
      double decay = parameter.value().rank() > 1 ? 0.1 : 0;
      try (Optimizer optimizer = Optimizer.of(config, backend, List.of(parameter))) {
        for (int step = 1; step <= STEPS; step++) {
          double[] gradient = newGradient(parameter);
          optimizer.update(step, RATE, CLIPPED);
          for (int i = 0; i < expected.length; i++) {
            double g = gradient[i] * CLIPPED;
            first[i] = 0.8 * first[i] + 0.2 * g;
            second[i] = 0.9 * second[i] + 0.1 * g * g;
            double m = first[i] / (1 - Math.pow(0.8, step));
            double v = second[i] / (1 - Math.pow(0.9, step));
            expected[i] -= RATE * (m / (Math.sqrt(v) + config.adamEpsilon()) + decay * expected[i]);
          }
        }
      }
      assertClose(parameter, expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "each, 0.8, 1e-30, 1.0",
    "together, 0.8, 1e-30, 1.0",
    "each, 0.6, 1e-6, 0.4",
    "together, 1.0, 1e-2, 0.4",
    "each, 0.8, 1e-30, 0"
  })
  void adafactorFactorsEachExpertAndClipsEachOrAllTogether(
      String experts, double exponent, double epsilon, double clip) {
    TrainingConfig config =
        RunConfig.defaults()
            .with(
                Map.of(
                    "optimizer",
                    "adafactor",
                    "adafactor_experts",
                    experts,
                    "adafactor_decay_exponent",
                    exponent,
                    "adafactor_epsilon",
                    epsilon,
                    "adafactor_clip_threshold",
                    clip))
            .training();
    // Both kinds of moments, each with and without an axis of experts.
    for (int[] shape : new int[][] {{9}, {6, 5}, {3, 6, 5}, {130, 140}, {2, 130, 140}}) {
      Parameter parameter = parameter("w", shape);
      double[] expected = backend.doubles(parameter.value());
      PlainAdafactor plain = new PlainAdafactor(config, shape);
      try (Optimizer optimizer = Optimizer.of(config, backend, List.of(parameter))) {
        for (int step = 1; step <= STEPS; step++) {
          double[] gradient = newGradient(parameter);
          optimizer.update(step, RATE, CLIPPED);
          plain.update(expected, gradient, step);
        }
      }
      assertClose(parameter, expected);
    }
  }

  @Test
  void momentsAreNamedAfterTheirParametersOneForEachExpert() {
    Parameter experts = parameter("experts", 2, 4, 6);
    Parameter large = parameter("w", 128, 130);
    TrainingConfig config = TrainingConfig.defaults();
    try (Optimizer optimizer = new Adafactor(config, backend, List.of(experts, large))) {
      assertThat(optimizer.state("model."))
          .flatExtracting(NamedTensor::names)
          .containsExactly(
              "model.experts.0.v", "model.experts.1.v", "model.w.v_rows", "model.w.v_columns");
    }
  }

  /** Adafactor of a stack of matrices, number by number; a vector is a matrix of one row. */
  private static final class PlainAdafactor {
    final TrainingConfig config;
    final int experts;
    final int rows;
    final int columns;
    final double[][] byRow;
    final double[][] byColumn;
    final double[] whole;

    PlainAdafactor(TrainingConfig config, int[] shape) {
      this.config = config;
      this.experts = shape.length == 3 ? shape[0] : 1;
      this.rows = shape.length == 1 ? 1 : shape[shape.length - 2];
      this.columns = shape[shape.length - 1];
      this.byRow = new double[experts][rows];
      this.byColumn = new double[experts][columns];
      this.whole = new double[experts * rows * columns];
    }

    void update(double[] weights, double[] gradients, int step) {
      double beta = 1 - Math.pow(step, -config.adafactorDecayExponent());
      double[] update = new double[weights.length];
      for (int e = 0; e < experts; e++) {
        moments(gradients, e, beta);
        for (int k = 0; k < rows * columns; k++) {
          int i = e * rows * columns + k;
          update[i] = gradients[i] * CLIPPED / Math.sqrt(moment(e, k));
        }
      }
      boolean together = config.adafactorExperts().equals("together");
      int each = together ? weights.length : rows * columns;
      for (int from = 0; from < weights.length; from += each) {
        move(weights, update, from, from + each);
      }
    }

    private double moment(int e, int k) {
      if (rows < 128 || columns < 128) {
        return whole[e * rows * columns + k];
      }
      double meanOfRows = Arrays.stream(byRow[e]).average().orElseThrow();
      return byRow[e][k / columns] * byColumn[e][k % columns] / meanOfRows;
    }

    private void moments(double[] gradients, int e, double beta) {
      double[] rowMeans = new double[rows];
      double[] columnMeans = new double[columns];
      for (int k = 0; k < rows * columns; k++) {
        double g = gradients[e * rows * columns + k] * CLIPPED;
        double square = g * g + config.adafactorEpsilon();
        rowMeans[k / columns] += square / columns;
        columnMeans[k % columns] += square / rows;
        int i = e * rows * columns + k;
        whole[i] = beta * whole[i] + (1 - beta) * square;
      }
      for (int r = 0; r < rows; r++) {
        byRow[e][r] = beta * byRow[e][r] + (1 - beta) * rowMeans[r];
      }
      for (int c = 0; c < columns; c++) {
        byColumn[e][c] = beta * byColumn[e][c] + (1 - beta) * columnMeans[c];
      }
    }

    private void move(double[] weights, double[] update, int from, int to) {
      double clip = config.adafactorClipThreshold();
      double rms = rootMeanSquare(update, from, to);
      double clipped = clip > 0 ? Math.max(1, rms / clip) : 1;
      double rate = RATE * Math.max(rootMeanSquare(weights, from, to), 1e-3) / clipped;
      for (int i = from; i < to; i++) {
        weights[i] -= rate * update[i];
      }
    }

    private static double rootMeanSquare(double[] of, int from, int to) {
      return Math.sqrt(Arrays.stream(of, from, to).map(x -> x * x).average().orElseThrow());
    }
  }

  private Parameter parameter(String name, int... shape) {
    List<String> names =
        shape.length == 3
            ? IntStream.range(0, shape[0]).mapToObj(e -> name + "." + e).toList()
            : List.of(name);
    Parameter parameter = new Parameter(names, backend.allocate(shape), backend.allocate(shape));
    float[] start = new float[(int) parameter.value().size()];
    for (int i = 0; i < start.length; i++) {
      start[i] = (float) random.nextGaussian();
    }
    backend.write(parameter.value(), start);
    return parameter;
  }

  private double[] newGradient(Parameter parameter) {
    float[] gradient = new float[(int) parameter.gradient().size()];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) random.nextGaussian() * (1 + i % 5);
    }
    backend.write(parameter.gradient(), gradient);
    return backend.doubles(parameter.gradient());
  }

  private void assertClose(Parameter parameter, double[] expected) {
    double[] actual = backend.doubles(parameter.value());
    for (int i = 0; i < expected.length; i++) {
      // Five updates in float32, each rounding a few times at a relative 6e-8.
      assertThat(actual[i]).isCloseTo(expected[i], within(5e-6 * (1 + Math.abs(expected[i]))));
    }
  }
}
