package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.BackendConformance;

/** The cuda backend with its own kernels on an emulated GPU. */
class CudaFloat32Test extends BackendConformance {
  CudaFloat32Test() {
    super(EmulatedCuda::backend);
  }

  /** Not here: it is long, and {@link CudaMatchesNd4jTest} has these slopes against nd4j's. */
  @Override
  public void theExpectedLoadHasItsSlopes() {}
}
