package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * A backend under test, with random numbers to give to it and comparisons of what it gives back.
 * Inputs are doubles that float32 holds exactly, so plain loops and the backend see the same ones.
 */
final class Bench implements AutoCloseable {
  private static final int GRADIENTS_TRIED = 60;

  final Backend backend;
  private final SplittableRandom random = new SplittableRandom(20_21);
  private final List<Tensor> tensors = new ArrayList<>();

  Bench(Backend backend) {
    this.backend = backend;
  }

  // ---- inputs ----

  /** Numbers in [-1, 1). */
  double[] numbers(long size) {
    return numbers(size, -1, 1);
  }

  double[] numbers(long size, double from, double to) {
    double[] numbers = new double[Math.toIntExact(size)];
    Arrays.setAll(numbers, _ -> (float) random.nextDouble(from, to));
    return numbers;
  }

  /** Integers in [from, to). */
  int[] integers(int size, int from, int to) {
    int[] integers = new int[size];
    Arrays.setAll(integers, _ -> random.nextInt(from, to));
    return integers;
  }

  /** A 0/1 mask in which about a quarter is 0. */
  int[] mask(int size) {
    int[] mask = new int[size];
    Arrays.setAll(mask, _ -> random.nextInt(4) == 0 ? 0 : 1);
    return mask;
  }

  Tensor tensor(double[] values, int... shape) {
    Tensor tensor = keep(backend.allocate(shape));
    set(tensor, values);
    return tensor;
  }

  Tensor tensor(int[] values, int... shape) {
    Tensor tensor = keep(backend.allocate(ElementType.INT32, shape));
    backend.write(tensor, values);
    return tensor;
  }

  /** Full of NaN: a result that is only partly written, or added to, shows. */
  Tensor spoiled(int... shape) {
    double[] values = new double[Math.toIntExact(Tensor.sizeOf(shape))];
    Arrays.fill(values, Double.NaN);
    return tensor(values, shape);
  }

  /** Full of a number that is no index. */
  Tensor spoiledIndices(int... shape) {
    int[] values = new int[Math.toIntExact(Tensor.sizeOf(shape))];
    Arrays.fill(values, -77);
    return tensor(values, shape);
  }

  void set(Tensor tensor, double[] values) {
    if (tensor.type() == ElementType.FLOAT64) {
      backend.write(tensor, MemorySegment.ofArray(values));
    } else {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      backend.write(tensor, floats);
    }
  }

  private Tensor keep(Tensor tensor) {
    tensors.add(tensor);
    return tensor;
  }

  // ---- results ----

  double[] values(Tensor tensor) {
    return backend.doubles(tensor);
  }

  /**
   * The largest relative error that a correct result may show where {@code terms} products are
   * added: rounding errors of a sum grow with the root of its length where they are independent.
   * Relative to the largest of the results, because a sum of cancelling terms keeps their error.
   */
  double tolerance(long terms) {
    double ofFewTerms = backend.floatType() == ElementType.FLOAT64 ? 1e-13 : 1e-5;
    return ofFewTerms * Math.max(1, Math.sqrt(terms) / 4);
  }

  void assertClose(String what, Tensor got, double[] want, long terms) {
    assertWithin(what, values(got), want, tolerance(terms));
  }

  static void assertWithin(String what, double[] got, double[] want, double tolerance) {
    assertThat(got).as(what).hasSameSizeAs(want);
    double largest = Arrays.stream(want).map(Math::abs).max().orElse(0);
    for (int i = 0; i < got.length; i++) {
      double error = Math.abs(got[i] - want[i]);
      if (!(error <= tolerance * Math.max(largest, Double.MIN_NORMAL))) {
        throw new AssertionError(
            what
                + "["
                + i
                + "]: got "
                + got[i]
                + ", want "
                + want[i]
                + "; the largest is "
                + largest);
      }
    }
  }

  void assertSame(String what, Tensor got, int[] want) {
    assertThat(backend.ints(got)).as(what).containsExactly(want);
  }

  // ---- gradients ----

  /**
   * Requires that a gradient, less what was in its tensor before, is the slope of the loss by
   * central differences. Plain loops compute the loss in double precision from the very array
   * {@code input}. With a step of 1e-5 the differences are off by about 1e-10 times the third
   * derivative, and by 1e-11 of the loss through cancellation, so 1e-6 of the largest slope is
   * safe.
   *
   * @param terms products that are added for one element of the gradient
   */
  void assertGradient(
      String what, Tensor got, double[] before, double[] input, DoubleSupplier loss, long terms) {
    double[] gradient = values(got);
    int tried = Math.min(GRADIENTS_TRIED, input.length);
    double[] found = new double[tried];
    double[] slopes = new double[tried];
    for (int n = 0; n < tried; n++) {
      int i = tried == input.length ? n : random.nextInt(input.length);
      found[n] = gradient[i] - (before == null ? 0 : before[i]);
      slopes[n] = slope(input, i, loss);
    }
    assertThat(gradient).as(what).hasSameSizeAs(input);
    assertWithin("slope of " + what, found, slopes, 1e-6 + 2 * tolerance(terms));
  }

  private static double slope(double[] input, int i, DoubleSupplier loss) {
    double step = 1e-5;
    double at = input[i];
    input[i] = at + step;
    double above = loss.getAsDouble();
    input[i] = at - step;
    double below = loss.getAsDouble();
    input[i] = at;
    return (above - below) / (2 * step);
  }

  @Override
  public void close() {
    tensors.forEach(backend::free);
  }
}
