package dev.switchyard.engine.verify;

/**
 * How far a backend's results lie from the reference's.
 *
 * @param operation what was computed
 * @param precision "float32", "bfloat16" or "selective"
 * @param cases how often, each on other shapes and numbers
 * @param deviation the largest, as a share of the largest number that the reference gives; infinite
 *     where a result is no number
 * @param bound what it may be at most
 * @param problem why it could not be computed; empty where it was
 */
public record Finding(
    String operation, String precision, int cases, double deviation, double bound, String problem) {
  /** Whether it was computed, and within the bound. */
  public boolean passed() {
    return problem.isEmpty() && deviation <= bound;
  }
}
