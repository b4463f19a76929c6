package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.nd4j.Nd4jBackend;
import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.verify.Draw;
import dev.switchyard.engine.verify.MixedCase;
import dev.switchyard.engine.verify.OperationCase;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On random shapes the cuda backend, on an emulated GPU, gives what the portable one gives: in
 * float32 to 1e-5 of each tensor's largest elements against double precision, since single
 * precision keeps 6e-8 and sums over a few hundred elements lose up to two digits of it; in
 * bfloat16 to 1e-2, about one unit in the last place, against its emulation.
 */
class CudaMatchesNd4jTest {
  private static final int SEEDS = 4;
  private static final double TOLERANCE = 1e-5;
  private static final double BFLOAT16_TOLERANCE = 4 * Bfloat16.EPSILON;

  private static Backend cuda;
  private static Backend bfloat16;
  private static Backend turing;
  private static Backend turingBfloat16;
  private static Backend exact;
  private static Backend single;
  private static Backend emulated;

  @BeforeAll
  static void open() {
    cuda = EmulatedCuda.backend();
    bfloat16 = cuda.withBfloat16();
    turing = new CudaBackend(EmulatedCuda.device(75), false);
    turingBfloat16 = turing.withBfloat16();
    exact = new Nd4jBackend(ElementType.FLOAT64);
    single = new Nd4jBackend(ElementType.FLOAT32);
    emulated = single.withBfloat16();
  }

  @AfterAll
  static void close() {
    if (cuda != null) {
      List.of(bfloat16, cuda, turingBfloat16, turing, emulated, single, exact)
          .forEach(Backend::close);
    }
  }

  @ParameterizedTest
  @EnumSource(OperationCase.class)
  void givesTheSame(OperationCase operation) {
    compare(operation::run, operation.scale(), cuda, exact, TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource(OperationCase.class)
  void givesTheSameInBfloat16(OperationCase operation) {
    compare(operation::run, operation.scale(), bfloat16, emulated, BFLOAT16_TOLERANCE);
  }

  /** The types of tensors that a model has: weights, gates and gradients of weights in float32. */
  @ParameterizedTest
  @EnumSource(MixedCase.class)
  void givesTheSameOnTypesAsInAModel(MixedCase operation) {
    compare(operation::run, operation.scale(), bfloat16, emulated, BFLOAT16_TOLERANCE);
  }

  /** Turing has no matrix units for bfloat16. */
  @ParameterizedTest
  @EnumSource(MixedCase.class)
  void givesTheSameWithoutMatrixUnits(MixedCase operation) {
    compare(operation::run, operation.scale(), turingBfloat16, emulated, BFLOAT16_TOLERANCE);
  }

  private static void compare(
      BiFunction<Backend, Draw, List<Tensor>> run,
      double scale,
      Backend on,
      Backend than,
      double tolerance) {
    for (int seed = 100; seed < 100 + SEEDS; seed++) {
      List<Tensor> expected = run.apply(than, new Draw(seed));
      List<Tensor> found = run.apply(on, new Draw(seed));
      for (int i = 0; i < expected.size(); i++) {
        // What attention keeps for its backward pass is each backend's own business.
        if (found.get(i).size() == expected.get(i).size() || found.get(i).rank() != 4) {
          assertThat(
                  largestDifference(on.floats(found.get(i)), than.floats(expected.get(i)), scale))
              .as("result %d of seed %d, %s", i, seed, found.get(i))
              .isLessThan(tolerance);
        }
      }
    }
  }

  /** The largest difference, as a share of the largest number expected. */
  private static double largestDifference(float[] found, float[] expected, double scale) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = scale;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs((double) found[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
    }
    return difference / largest;
  }
}
