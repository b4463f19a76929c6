package dev.switchyard.app.workbench;

import com.sun.management.OperatingSystemMXBean;
import dev.switchyard.engine.configuration.InputException;
import java.lang.management.ManagementFactory;

/** The memory of this machine: the system would promise more, and end the program that uses it. */
final class MachineMemory {
  private MachineMemory() {}

  /**
   * Refuses what does not fit.
   *
   * @param bytes needed
   * @param what needs them, as the start of a sentence
   * @param advice what to do
   * @throws InputException with all three
   */
  static void check(double bytes, String what, String advice) {
    double there =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    if (bytes > there) {
      throw new InputException(
          "%s needs about %,.0f GB of memory, and there are %,.0f GB: %s."
              .formatted(what, Math.ceil(bytes / 1e9), there / 1e9, advice));
    }
  }
}
