package dev.switchyard.engine.backend;

import dev.switchyard.engine.backend.cuda.CudaSurvey;
import dev.switchyard.engine.backend.cuda.GpuFacts;
import dev.switchyard.engine.backend.nd4j.Nd4jRuntime;
import java.util.List;
import java.util.Optional;

/**
 * What this machine can compute on, and which backend serves what.
 *
 * @param processor its name; empty where the system does not tell
 * @param cores processors that the program may use
 * @param cuda driver, GPUs and libraries
 * @param gpus each GPU that the driver knows
 * @param automatic the backend that "auto" takes
 * @param note why it is none for GPUs, and what to do; empty where it is one
 */
public record MachineDevices(
    String processor,
    int cores,
    CudaSurvey cuda,
    List<ServedGpu> gpus,
    String automatic,
    String note) {
  /**
   * A GPU and who serves it.
   *
   * @param facts the GPU
   * @param backend "cuda" or "nd4j"; empty for none
   * @param why the cuda backend does not serve it, and what to do; empty where it does
   */
  public record ServedGpu(GpuFacts facts, String backend, String why) {}

  /** This machine's. */
  public static MachineDevices ofMachine() {
    return of(CudaSurvey.ofMachine(), Nd4jRuntime.usesGpu());
  }

  /**
   * Those of a machine with this driver and these libraries.
   *
   * @param nd4jUsesGpu whether ND4J's own CUDA build computes on the first GPU
   */
  static MachineDevices of(CudaSurvey cuda, boolean nd4jUsesGpu) {
    List<ServedGpu> gpus =
        cuda.driver().gpus().stream()
            .map(
                gpu -> {
                  Optional<String> why = cuda.obstacle(gpu);
                  boolean nd4j = nd4jUsesGpu && gpu.index() == 0;
                  String backend = why.isEmpty() ? "cuda" : nd4j ? "nd4j" : "";
                  return new ServedGpu(gpu, backend, why.orElse(""));
                })
            .toList();
    Optional<String> obstacle = cuda.obstacle();
    String automatic = obstacle.isEmpty() ? "cuda" : nd4jUsesGpu ? "nd4j" : "cpu";
    return new MachineDevices(
        CpuFacts.read().name(),
        Runtime.getRuntime().availableProcessors(),
        cuda,
        gpus,
        automatic,
        obstacle.map(why -> "The cuda backend can't be used: " + why + ".").orElse(""));
  }
}
