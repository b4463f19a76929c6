package dev.switchyard.engine.backend.cuda;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A machine whose GPU is emulated: while it is open, "cuda" is a backend on it, wherever it is
 * named.
 */
public final class EmulatedMachine implements AutoCloseable {
  private final EmulatedKernels kernels = EmulatedCuda.kernels();
  private final List<EmulatedDevice> devices = new CopyOnWriteArrayList<>();
  private volatile String fatalKernel;
  private volatile long memoryBytes = 4L << 30;

  /** Makes it the machine; the test is skipped where kernels can't be compiled for emulation. */
  public EmulatedMachine() {
    CudaOpening.useDevices(
        number -> {
          EmulatedDevice device = new EmulatedDevice(kernels, 90, memoryBytes);
          device.loseIn(() -> fatalKernel);
          devices.add(device);
          return device;
        });
  }

  /** The GPU is lost when it next comes to this kernel. */
  public void loseIn(String kernel) {
    fatalKernel = kernel;
  }

  /** GPUs that are opened from now on have so much memory. */
  public void haveMemory(long bytes) {
    memoryBytes = bytes;
  }

  /** How often the program has waited for the GPUs' work. */
  public long waits() {
    return devices.stream().mapToLong(EmulatedDevice::waits).sum();
  }

  @Override
  public void close() {
    CudaOpening.useDevices(null);
  }
}
