package dev.switchyard.engine.bench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The six products of one Switch layer's experts in a training step, held against as many plain
 * batched products of the same work.
 *
 * @param experts there are
 * @param slots of an expert
 * @param millis the six products as a layer asks for them: weights kept in float32 (which a device
 *     may round once a step: not here), and their gradients written in float32
 * @param plainMillis six times one batched product, [experts, slots, d_model] by [experts, d_ff,
 *     d_model], all in the step's own numbers
 * @param ratio the median of their ratios, measured one after the other
 */
public record ExpertProducts(
    int experts, int slots, double millis, double plainMillis, double ratio) {
  private static final int PRODUCTS = 6;

  /**
   * Measures.
   *
   * @param config whose experts, tokens and precision are measured
   * @param times how often
   */
  static ExpertProducts measure(BenchConfig config, Backend device, int times) {
    boolean reduced = Precision.named(config.workload().precision()).isReduced();
    if (!reduced) {
      return measure(config, device, device, times);
    }
    try (Backend backend = device.withBfloat16()) {
      return measure(config, device, backend, times);
    }
  }

  private static ExpertProducts measure(
      BenchConfig config, Backend device, Backend backend, int times) {
    int experts = config.model().numExperts();
    int slots = config.slotsOfExpert();
    try (Operands operands =
        new Operands(
            device, backend, experts, slots, config.model().dModel(), config.model().dFf())) {
      double[] layer = new double[times];
      double[] plain = new double[times];
      double[] ratio = new double[times];
      for (int i = -1; i < times; i++) {
        double layerNow = millis(backend, operands::ofLayer);
        double plainNow = millis(backend, operands::plain);
        if (i >= 0) {
          layer[i] = layerNow;
          plain[i] = plainNow;
          ratio[i] = layerNow / plainNow;
        }
      }
      return new ExpertProducts(
          experts, slots, Median.of(layer), Median.of(plain), Median.of(ratio));
    }
  }

  private static double millis(Backend backend, IntConsumer product) {
    long begin = System.nanoTime();
    for (int i = 0; i < PRODUCTS; i++) {
      product.accept(i);
    }
    backend.synchronize();
    return (System.nanoTime() - begin) * 1e-6;
  }

  private static final class Operands implements AutoCloseable {
    private final Backend device;
    private final Backend backend;
    private final List<Tensor> all = new ArrayList<>();
    private final Tensor x;
    private final Tensor hidden;
    private final Tensor xResult;
    private final Tensor hiddenResult;
    private final Tensor in;
    private final Tensor out;
    private final Tensor dIn;
    private final Tensor dOut;
    private final Tensor plainWeight;

    Operands(Backend device, Backend backend, int experts, int slots, int width, int hiddenWidth) {
      this.device = device;
      this.backend = backend;
      ElementType type = backend.floatType();
      ElementType exact = device.floatType();
      x = take(type, experts, slots, width);
      hidden = take(type, experts, slots, hiddenWidth);
      xResult = take(type, experts, slots, width);
      hiddenResult = take(type, experts, slots, hiddenWidth);
      in = take(exact, experts, hiddenWidth, width);
      out = take(exact, experts, width, hiddenWidth);
      dIn = take(exact, experts, hiddenWidth, width);
      dOut = take(exact, experts, width, hiddenWidth);
      plainWeight = take(type, experts, hiddenWidth, width);
    }

    private Tensor take(ElementType type, int... shape) {
      Tensor tensor = backend.allocate(type, shape);
      all.add(tensor);
      ProductPeak.fill(backend, tensor);
      return tensor;
    }

    /** The products of an expert's forward and backward pass, in their order. */
    void ofLayer(int product) {
      switch (product) {
        case 0 -> backend.batchedMatmul(x, false, in, true, hiddenResult, false, null);
        case 1 -> backend.batchedMatmul(hidden, false, out, true, xResult, false, null);
        case 2 -> backend.batchedMatmul(x, false, out, false, hiddenResult, false, null);
        case 3 -> backend.batchedMatmul(x, true, hidden, false, dOut, false, null);
        case 4 -> backend.batchedMatmul(hidden, false, in, false, xResult, false, null);
        default -> backend.batchedMatmul(hidden, true, x, false, dIn, false, null);
      }
    }

    void plain(int product) {
      backend.batchedMatmul(x, false, plainWeight, true, hiddenResult, false, null);
    }

    @Override
    public void close() {
      all.forEach(device::free);
    }
  }
}
