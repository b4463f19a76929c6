package dev.switchyard.engine.parallel;

import dev.switchyard.engine.configuration.Setting;

/** How training is divided over devices (Switch Transformers, section 5). */
public record ParallelConfig(
    @Setting(
            value =
                "Devices that train together: virtual ones on the CPU, which share its cores. Each"
                    + " has its own part of every batch.",
            min = 1,
            max = 4096,
            common = true)
        int devices,
    @Setting(
            value =
                "What the devices divide, such as data=2,expert=2,model=1: data, the batch; expert,"
                    + " the batch and the experts; model, heads and d_ff. An axis not named is 1;"
                    + " empty: all devices go to data.",
            common = true)
        String mesh,
    @Setting(
            "Divide the optimizer's state over devices that have the same weights (ZeRO-1): less"
                + " memory, the same numbers.")
        boolean zero1,
    @Setting(
            value = "Megabytes of gradients that are summed over devices at once.",
            min = 0.001,
            max = 100_000)
        double gradientBucket,
    @Setting(
            value =
                "Parts in which tokens travel to experts on other devices and back, one computed"
                    + " while others are on their way; 1: all arrive before any is computed.",
            min = 1,
            max = 64)
        int exchangeFlights,
    @Setting(
            value = "Seconds that a device may keep the others waiting before the run fails.",
            min = 0.01,
            max = 1e9)
        double deviceTimeout) {

  /** One device. */
  public static ParallelConfig defaults() {
    return new ParallelConfig(1, "", false, 4, 4, 120);
  }

  /**
   * The mesh of all devices.
   *
   * @throws dev.switchyard.engine.configuration.InputException where it is none
   */
  public Mesh toMesh() {
    return Mesh.parse(mesh, devices);
  }
}
