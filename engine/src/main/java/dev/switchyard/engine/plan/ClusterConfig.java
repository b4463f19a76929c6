package dev.switchyard.engine.plan;

import dev.switchyard.engine.configuration.Setting;

/** The machines of a plan: assumptions, all of them to be set. */
public record ClusterConfig(
    @Setting(value = "Devices in all.", min = 1, max = 1_000_000, common = true) int devices,
    @Setting(
            value = "Memory of a device in GB (10^9 bytes).",
            min = 0.001,
            max = 1e6,
            common = true)
        double deviceMemory,
    @Setting(
            value = "Devices that are linked with one another directly (a node).",
            min = 1,
            max = 1_000_000,
            common = true)
        int devicesPerNode,
    @Setting(
            value = "Bandwidth of a device within its node, in GB/s each way.",
            min = 1e-6,
            max = 1e6,
            common = true)
        double linkBandwidth,
    @Setting(
            value = "Bandwidth of a device to other nodes, in GB/s each way.",
            min = 1e-6,
            max = 1e6,
            common = true)
        double networkBandwidth,
    @Setting(
            value = "Time that one message between two devices takes besides its bytes, in us.",
            min = 0,
            max = 1e9)
        double latency,
    @Setting(
            value = "Most floating-point operations of a device, in TFLOP/s.",
            min = 1e-6,
            max = 1e6,
            common = true)
        double flops,
    @Setting(
            value = "Share of them that matrix products reach.",
            min = 0.001,
            max = 1,
            common = true)
        double efficiency,
    @Setting(
            value = "Bandwidth of a device's own memory, in GB/s.",
            min = 1e-3,
            max = 1e6,
            common = true)
        double memoryBandwidth) {

  /** One node of 8 large accelerators; round figures, to be replaced by those of the machines. */
  public static ClusterConfig defaults() {
    return new ClusterConfig(8, 80, 8, 400, 50, 10, 900, 0.4, 3000);
  }

  /** GB/s between devices that span so many consecutive ranks. */
  double bandwidth(int span) {
    return span <= devicesPerNode ? linkBandwidth : networkBandwidth;
  }
}
