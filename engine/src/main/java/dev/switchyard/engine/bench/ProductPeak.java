package dev.switchyard.engine.bench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The fastest that a backend multiplies square matrices: what a training step is set against. */
final class ProductPeak {
  private static final int[] SIZES = {512, 1024, 2048};
  private static final int FEWEST = 5;

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
      best = Math.max(best, flops(size));
    }
    return best;
  }

  private double flops(int n) {
    Tensor a = backend.allocate(n, n);
    Tensor b = backend.allocate(n, n);
    Tensor out = backend.allocate(n, n);
    // Zeros, or numbers too small for the usual form, would be multiplied at another speed.
    float[] ones = new float[n * n];
    Arrays.fill(ones, 1);
    backend.write(a, ones);
    backend.write(b, ones);
    List<Double> nanos = new ArrayList<>();
    long begin = System.nanoTime();
    while (nanos.size() < FEWEST || System.nanoTime() - begin < secondsEach * 1e9) {
      long start = System.nanoTime();
      backend.matmul(a, false, b, false, out, false);
      backend.synchronize();
      nanos.add((double) (System.nanoTime() - start));
    }
    List.of(a, b, out).forEach(backend::free);
    double[] all = nanos.stream().mapToDouble(Double::doubleValue).toArray();
    return 2.0 * n * n * n / (Median.of(all) * 1e-9);
  }
}
