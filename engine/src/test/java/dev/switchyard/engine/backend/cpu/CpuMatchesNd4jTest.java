package dev.switchyard.engine.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.nd4j.Nd4jBackend;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.verify.Draw;
import dev.switchyard.engine.verify.OperationCase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On random shapes the cpu backend gives what the portable one gives in double precision, to 1e-5
 * of each tensor's largest elements: single precision keeps 6e-8, and sums over a few hundred
 * elements lose up to two digits of it.
 */
class CpuMatchesNd4jTest {
  private static final int SEEDS = 25;
  private static final double TOLERANCE = 1e-5;

  private static final Backend CPU = new CpuBackend(2);
  private static final Backend ND4J = new Nd4jBackend(ElementType.FLOAT64);

  @AfterAll
  static void close() {
    CPU.close();
    ND4J.close();
  }

  @ParameterizedTest
  @EnumSource(OperationCase.class)
  void givesTheSame(OperationCase operation) {
    for (int seed = 100; seed < 100 + SEEDS; seed++) {
      List<Tensor> expected = operation.run(ND4J, new Draw(seed));
      List<Tensor> found = operation.run(CPU, new Draw(seed));
      for (int i = 0; i < expected.size(); i++) {
        assertThat(largestDifference(CPU.floats(found.get(i)), ND4J.floats(expected.get(i))))
            .as("result %d of seed %d, %s", i, seed, found.get(i))
            .isLessThan(TOLERANCE);
      }
    }
  }

  /** The largest difference, as a share of the largest number expected. */
  private static double largestDifference(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = 1e-30;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs((double) found[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return difference / largest;
  }
}
