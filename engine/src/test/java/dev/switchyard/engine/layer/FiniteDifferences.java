package dev.switchyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.DoubleSupplier;

/** Compares gradients with central differences, in double precision. */
public final class FiniteDifferences {
  // Small enough that hardly ever a relu's kink or a change of routing lies within the step.
  private static final double STEP = 1e-6;
  // The difference of two losses of about 1 is known to 1e-16, so a slope to 1e-10; single
  // precision
  // of the load-balancing factors and of dropout's constants allows 1e-7 of the value.
  private static final double ABSOLUTE = 3e-9;
  private static final double RELATIVE = 1e-6;

  private FiniteDifferences() {}

  /**
   * Checks up to {@code most} elements, spread over the tensor.
   *
   * @param gradient of the loss with respect to {@code value}
   * @param loss computed anew from the values as they are
   */
  public static void check(
      String what,
      Backend backend,
      Tensor value,
      double[] gradient,
      int most,
      DoubleSupplier loss) {
    double[] values = backend.doubles(value);
    double stride = Math.max(1, (double) values.length / most);
    for (double place = 0; place < values.length; place += stride) {
      int i = (int) place;
      double before = values[i];
      values[i] = before + STEP;
      backend.write(value, MemorySegment.ofArray(values));
      double above = loss.getAsDouble();
      values[i] = before - STEP;
      backend.write(value, MemorySegment.ofArray(values));
      double below = loss.getAsDouble();
      values[i] = before;
      backend.write(value, MemorySegment.ofArray(values));
      double slope = (above - below) / (2 * STEP);
      assertThat(gradient[i])
          .as("gradient of %s, element %d", what, i)
          .isCloseTo(slope, within(ABSOLUTE + RELATIVE * Math.abs(slope)));
    }
  }

  /** A tensor of uniform numbers in [-1, 1), the same for the same seed. */
  public static Tensor random(Backend backend, long seed, int... shape) {
    Tensor tensor = backend.allocate(shape);
    double[] values = new double[(int) tensor.size()];
    RandomKey key = new RandomKey(seed, 0, 0);
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * key.uniform(i) - 1;
    }
    backend.write(tensor, MemorySegment.ofArray(values));
    return tensor;
  }
}
