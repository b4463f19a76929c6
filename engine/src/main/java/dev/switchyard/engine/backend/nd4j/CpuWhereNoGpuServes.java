package dev.switchyard.engine.backend.nd4j;

import org.nd4j.linalg.cpu.nativecpu.CpuBackend;

/**
 * ND4J's CPU build, with a rank that depends on whether its CUDA build can run here. ND4J finds it
 * through its service file and asks it first, so a CUDA build that can't run is never loaded.
 */
public final class CpuWhereNoGpuServes extends CpuBackend {
  private static final int FIRST = 1000;

  @Override
  public int getPriority() {
    return CudaBuild.serves() ? -FIRST : FIRST;
  }
}
