package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.BackendConformance;

/** The cpu backend, held to what every backend must do. */
class CpuFloat32Test extends BackendConformance {
  CpuFloat32Test() {
    super(CpuBackend::new);
  }
}
