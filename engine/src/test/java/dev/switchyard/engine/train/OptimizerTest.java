package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

  @Test
  void adafactorFactorsLargeMatricesAndTreatsEachExpertAsOne() {
    // Both kinds of moments, each with and without an axis of experts.
    for (int[] shape : new int[][] {{9}, {6, 5}, {3, 6, 5}, {130, 140}, {2, 130, 140}}) {
      Parameter parameter = parameter("w", shape);
      double[] expected = backend.doubles(parameter.value());
      int experts = shape.length == 3 ? shape[0] : 1;
      PlainAdafactor[] plain = new PlainAdafactor[experts];
      int rows = shape.length == 1 ? 1 : shape[shape.length - 2];
      int columns = shape[shape.length - 1];
      for (int e = 0; e < experts; e++) {
        plain[e] = new PlainAdafactor(rows, columns, rows >= 128 && columns >= 128);
      }
      try (Optimizer optimizer = new Adafactor(backend, List.of(parameter))) {
        for (int step = 1; step <= STEPS; step++) {
          double[] gradient = newGradient(parameter);
          optimizer.update(step, RATE, CLIPPED);
          for (int e = 0; e < experts; e++) {
            plain[e].update(expected, gradient, e * rows * columns, step);
          }
        }
      }
      assertClose(parameter, expected);
    }
  }

  @Test
  void momentsAreNamedAfterTheirParametersOneForEachExpert() {
    Parameter experts = parameter("experts", 2, 4, 6);
    Parameter large = parameter("w", 128, 130);
    try (Optimizer optimizer = new Adafactor(backend, List.of(experts, large))) {
      assertThat(optimizer.state("model."))
          .flatExtracting(NamedTensor::names)
          .containsExactly(
              "model.experts.0.v", "model.experts.1.v", "model.w.v_rows", "model.w.v_columns");
    }
  }

  /** One matrix, or a vector as a matrix of one row. */
  private static final class PlainAdafactor {
    final int rows;
    final int columns;
    final boolean factored;
    final double[] byRow;
    final double[] byColumn;
    final double[] whole;

    PlainAdafactor(int rows, int columns, boolean factored) {
      this.rows = rows;
      this.columns = columns;
      this.factored = factored;
      this.byRow = new double[rows];
      this.byColumn = new double[columns];
      this.whole = new double[rows * columns];
    }

    void update(double[] weights, double[] gradients, int offset, int step) {
      double beta = 1 - Math.pow(step, -0.8);
      double[] gradient = new double[rows * columns];
      double squares = 0;
      double[] squared = new double[rows * columns];
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = gradients[offset + i] * CLIPPED;
        squared[i] = gradient[i] * gradient[i] + 1e-30;
        squares += weights[offset + i] * weights[offset + i];
      }
      double[] update =
          factored ? byFactors(gradient, squared, beta) : byWhole(gradient, squared, beta);
      double norm = 0;
      for (double u : update) {
        norm += u * u;
      }
      double rms = Math.sqrt(norm / update.length);
      double scale = RATE * Math.max(Math.sqrt(squares / update.length), 1e-3) / Math.max(1, rms);
      for (int i = 0; i < update.length; i++) {
        weights[offset + i] -= scale * update[i];
      }
    }

    private double[] byWhole(double[] gradient, double[] squared, double beta) {
      double[] update = new double[gradient.length];
      for (int i = 0; i < gradient.length; i++) {
        whole[i] = beta * whole[i] + (1 - beta) * squared[i];
        update[i] = gradient[i] / Math.sqrt(whole[i]);
      }
      return update;
    }

    private double[] byFactors(double[] gradient, double[] squared, double beta) {
      double meanOfRows = 0;
      for (int r = 0; r < rows; r++) {
        int row = r;
        double mean =
            IntStream.range(0, columns).mapToDouble(c -> squared[row * columns + c]).sum()
                / columns;
        byRow[r] = beta * byRow[r] + (1 - beta) * mean;
        meanOfRows += byRow[r] / rows;
      }
      for (int c = 0; c < columns; c++) {
        int column = c;
        double mean =
            IntStream.range(0, rows).mapToDouble(r -> squared[r * columns + column]).sum() / rows;
        byColumn[c] = beta * byColumn[c] + (1 - beta) * mean;
      }
      double[] update = new double[gradient.length];
      for (int i = 0; i < gradient.length; i++) {
        double moment = byRow[i / columns] * byColumn[i % columns] / meanOfRows;
        update[i] = gradient[i] / Math.sqrt(moment);
      }
      return update;
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
