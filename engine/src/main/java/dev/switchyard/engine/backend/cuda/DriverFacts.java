package dev.switchyard.engine.backend.cuda;

import java.util.List;

/**
 * What NVIDIA's driver says of itself and of the machine's GPUs.
 *
 * @param cudaVersion the newest CUDA that it runs, as it counts: 13000 for 13.0; 0 without a driver
 * @param gpus in its order
 * @param problem why it can't be used, for people; empty where it answers
 */
public record DriverFacts(int cudaVersion, List<GpuFacts> gpus, String problem) {
  /** Whether there is a driver that answers. */
  public boolean isPresent() {
    return cudaVersion > 0;
  }

  /** For people: "13.0". */
  public String versionText() {
    return cudaVersion / 1000 + "." + cudaVersion % 1000 / 10;
  }

  static DriverFacts absent(String problem) {
    return new DriverFacts(0, List.of(), problem);
  }
}
