package dev.switchyard.engine.backend.cpu;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On random shapes of bfloat16 tensors the cpu backend gives what the portable one's emulation
 * gives, with the processor's own products and without them.
 *
 * <p>Sums in float32 that are added in another order differ by 1e-6 or so; where that falls across
 * a tie, the rounded results differ by one unit in the last place, 1/128 at most. A few of the
 * cases round a result once more after computing with it, which may double that. But it happens to
 * few numbers: the mean difference stays far below half a unit, which is what one rounding too many
 * or too few would cost.
 */
class Bfloat16MatchesEmulationTest {
  private static final int SEEDS = 15;
  private static final double UNIT = 2 * Bfloat16.EPSILON;
  private static final int ENOUGH_FOR_A_MEAN = 500;

  private static final Backend ND4J = new Nd4jBackend(ElementType.FLOAT32);
  private static final Backend EMULATED = ND4J.withBfloat16();
  private static final CpuBackend CPU = new CpuBackend(2);
  private static final Backend FAST = CPU.withBfloat16();
  private static final Backend WIDENED = CPU.withBfloat16(new WidenedKernels());

  @AfterAll
  static void close() {
    List.of(FAST, WIDENED, CPU, EMULATED, ND4J).forEach(Backend::close);
  }

  @ParameterizedTest
  @EnumSource(OperationCase.class)
  void givesTheSame(OperationCase operation) {
    compare(operation, FAST);
  }

  @ParameterizedTest
  @EnumSource(OperationCase.class)
  void givesTheSameWithoutTheProcessorsProducts(OperationCase operation) {
    compare(operation, WIDENED);
  }

  /** The types of tensors that a model has: weights, gates and gradients of weights in float32. */
  @ParameterizedTest
  @EnumSource(MixedCase.class)
  void givesTheSameOnTypesAsInAModel(MixedCase operation) {
    compare(operation.name(), operation::run, FAST);
    compare(operation.name(), operation::run, WIDENED);
  }

  private static void compare(OperationCase operation, Backend backend) {
    compare(operation.name(), operation::run, backend);
  }

  private static void compare(
      String operation, BiFunction<Backend, Draw, List<Tensor>> run, Backend backend) {
    for (int seed = 100; seed < 100 + SEEDS; seed++) {
      List<Tensor> expected = run.apply(EMULATED, new Draw(seed));
      List<Tensor> found = run.apply(backend, new Draw(seed));
      for (int i = 0; i < expected.size(); i++) {
        compare(
            "%s, result %d of seed %d, %s".formatted(operation, i, seed, found.get(i)),
            backend.floats(found.get(i)),
            EMULATED.floats(expected.get(i)));
      }
    }
  }

  private static void compare(String what, float[] found, float[] expected) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    double largest = 1e-4; // inputs are about 1: what is far below is what is left of them
    double difference = 0;
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double here = Math.abs((double) found[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
      sum += here;
    }
    assertThat(difference / largest).as(what).isLessThanOrEqualTo(2 * UNIT);
    if (expected.length >= ENOUGH_FOR_A_MEAN) {
      assertThat(sum / expected.length / largest).as(what).isLessThan(UNIT / 50);
    }
  }
}
