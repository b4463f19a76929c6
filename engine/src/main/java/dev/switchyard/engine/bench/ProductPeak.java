package dev.switchyard.engine.bench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The fastest that a backend multiplies square matrices, in the numbers that it computes in: what a
 * training step is set against.
 */
final class ProductPeak {
  private static final int[] SIZES = {512, 1024, 2048, 4096, 8192};
  private static final int FEWEST = 5;
  // A size that takes so long is large enough to be the last.
  private static final double LONG_ENOUGH = 0.02;
  // Waiting for a device counts for nothing beside so much work.
  private static final double SECONDS_A_MEASUREMENT = 1e-3;
  private static final int MOST_AT_ONCE = 64;
  private static final int NUMBERS_AT_ONCE = 1 << 20;

  private final Backend backend;
  private final double secondsEach;

  /**
   * Nothing measured yet.
   *
   * @param secondsEach how long to multiply matrices of one size
   */
  ProductPeak(Backend backend, double secondsEach) {
    this.backend = backend;
    this.secondsEach = secondsEach;
  }

  /** Floating-point operations a second: the median of the size that is fastest. */
  double measure() {
    double best = 0;
    for (int size : SIZES) {
      double flop = 2.0 * size * size * size;
      double seconds;
      try {
        seconds = seconds(size);
      } catch (InputException e) {
        if (best == 0) {
          throw e;
        }
        break; // beside the model there is no room for more
      }
      best = Math.max(best, flop / seconds);
      if (seconds > LONG_ENOUGH) {
        break;
      }
    }
    return best;
  }

  private double seconds(int n) {
    List<Tensor> all = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        all.add(backend.allocate(n, n));
      }
      Tensor a = all.get(0);
      Tensor b = all.get(1);
      Tensor out = all.get(2);
      fill(backend, a);
      fill(backend, b);
      multiply(a, b, out, 1);
      double once = multiply(a, b, out, 1);
      int together = (int) Math.clamp(SECONDS_A_MEASUREMENT / once, 1, MOST_AT_ONCE);
      List<Double> seconds = new ArrayList<>();
      long begin = System.nanoTime();
      while (seconds.size() < FEWEST || System.nanoTime() - begin < secondsEach * 1e9) {
        seconds.add(multiply(a, b, out, together) / together);
      }
      return Median.of(seconds.stream().mapToDouble(Double::doubleValue).toArray());
    } finally {
      all.forEach(backend::free);
    }
  }

  private double multiply(Tensor a, Tensor b, Tensor out, int times) {
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      backend.matmul(a, false, b, false, out, false);
    }
    backend.synchronize();
    return (System.nanoTime() - begin) * 1e-9;
  }

  /**
   * Writes random numbers from -1 to 1. A GPU multiplies numbers that are all alike faster than it
   * ever multiplies those of a model.
   */
  static void fill(Backend backend, Tensor tensor) {
    float[] numbers = new float[(int) Math.min(NUMBERS_AT_ONCE, tensor.size())];
    Random random = new Random(1);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 2 * random.nextFloat() - 1;
    }
    Tensor flat = new Tensor(tensor.storage(), tensor.offset(), Math.toIntExact(tensor.size()));
    for (int from = 0; from < flat.length(0); from += numbers.length) {
      int count = Math.min(numbers.length, flat.length(0) - from);
      float[] some = count == numbers.length ? numbers : Arrays.copyOf(numbers, count);
      backend.write(flat.part(from, from + count), some);
    }
  }
}
