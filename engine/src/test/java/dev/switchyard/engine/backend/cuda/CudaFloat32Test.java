package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.BackendConformance;
import dev.switchyard.engine.backend.RoutingPlan;

/** The cuda backend with its own kernels on an emulated GPU. */
class CudaFloat32Test extends BackendConformance {
  private static final int LARGE = 32;
  private static final int MOST = 3;

  CudaFloat32Test() {
    super(EmulatedCuda::backend);
  }

  /** Of the largest plan fewer: the reference that the slopes are taken of is slow. */
  @Override
  public void theExpectedLoadHasItsSlopes() {
    for (RoutingPlan plan : PLANS) {
      checkExpectedLoads(plan, plan.experts() > LARGE ? MOST : 1);
    }
  }
}
