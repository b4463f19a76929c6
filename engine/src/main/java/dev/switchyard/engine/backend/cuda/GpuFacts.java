package dev.switchyard.engine.backend.cuda;

/**
 * A GPU as the driver describes it.
 *
 * @param index from 0, as the driver counts
 * @param name such as "NVIDIA H100 80GB HBM3"
 * @param capability compute capability times ten: 90 for 9.0
 * @param memoryBytes all of its memory
 */
public record GpuFacts(int index, String name, int capability, long memoryBytes) {
  /** For people: "9.0". */
  public String capabilityText() {
    return capability / 10 + "." + capability % 10;
  }
}
