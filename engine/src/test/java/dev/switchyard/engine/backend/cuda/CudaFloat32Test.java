package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.BackendConformance;

/** The cuda backend with its own kernels on an emulated GPU. */
class CudaFloat32Test extends BackendConformance {
  CudaFloat32Test() {
    super(EmulatedCuda::backend);
  }
}
