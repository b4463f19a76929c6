package dev.switchyard.engine.plan;

/**
 * Bytes on one device.
 *
 * @param weights its part of them
 * @param experts how much of {@code weights} is experts'
 * @param gradients of its weights
 * @param optimizer state of its weights
 * @param activations kept for the backward pass, and what a block needs while it computes
 * @param exchange buffers of slots that experts read and write
 */
public record MemoryUse(
    double weights,
    double experts,
    double gradients,
    double optimizer,
    double activations,
    double exchange) {
  /** All together. */
  public double total() {
    return weights + gradients + optimizer + activations + exchange;
  }
}
