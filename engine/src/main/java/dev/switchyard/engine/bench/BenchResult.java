package dev.switchyard.engine.bench;

/**
 * What a benchmark measured: medians over its steps.
 *
 * @param config what was benchmarked
 * @param parameters numbers in all weights
 * @param device one line on the device
 * @param productKernels what computes matrix products in the step's numbers, such as "OpenBLAS
 *     SkylakeX"
 * @param steps training steps that were measured, after those that warmed up
 * @param stepMillis a whole training step: forward, backward and update
 * @param forwardMillis its forward pass
 * @param backwardMillis its backward pass
 * @param updateMillis the gradient's norm, the optimizer, and setting the gradients to 0
 * @param inferenceMillis a forward pass that keeps nothing for a backward pass
 * @param droppedFraction tokens dropped over tokens routed in the last step
 * @param stepFlop floating-point operations of a training step
 * @param peakFlops operations a second of this backend's fastest matrix product, in this run
 * @param heapBytes bytes that all threads allocated on the Java heap, for each training step
 */
public record BenchResult(
    BenchConfig config,
    long parameters,
    String device,
    String productKernels,
    int steps,
    double stepMillis,
    double forwardMillis,
    double backwardMillis,
    double updateMillis,
    double inferenceMillis,
    double droppedFraction,
    double stepFlop,
    double peakFlops,
    long heapBytes) {

  /** Tokens, inputs and targets, that training reads in a second. */
  public double tokensPerSecond() {
    return config.workload().tokens() / (stepMillis / 1e3);
  }

  /** The same for forward passes alone. */
  public double inferenceTokensPerSecond() {
    return config.workload().tokens() / (inferenceMillis / 1e3);
  }

  /** Operations a second of a whole training step, over the peak. */
  public double shareOfPeak() {
    return stepFlop / (stepMillis / 1e3) / peakFlops;
  }
}
