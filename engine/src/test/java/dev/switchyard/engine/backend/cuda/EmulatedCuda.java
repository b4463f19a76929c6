package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.tensor.Transport;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The cuda backend on an emulated GPU. */
public final class EmulatedCuda {
  private static final int HOPPER = 90;
  private static final long MEMORY = 4L << 30;

  private EmulatedCuda() {}

  /** The kernels; the test is skipped where there is no compiler for them. */
  static EmulatedKernels kernels() {
    Optional<EmulatedKernels> kernels = EmulatedKernels.build();
    Assumptions.assumeTrue(
        kernels.isPresent(), "There is no g++ here to compile the CUDA kernels for emulation.");
    return kernels.orElseThrow();
  }

  /** A GPU with enough memory. */
  static EmulatedDevice device() {
    return device(HOPPER);
  }

  /** One of this compute capability, times ten. */
  static EmulatedDevice device(int capability) {
    return new EmulatedDevice(kernels(), capability, MEMORY);
  }

  /** The backend on it. */
  public static CudaBackend backend() {
    return new CudaBackend(device(), false);
  }

  /** Between the backends of several ranks, on the GPU that they share. */
  public static Transport transport() {
    CudaDevice device = device();
    return new CudaTransport(device, new Faults(device), true);
  }
}
