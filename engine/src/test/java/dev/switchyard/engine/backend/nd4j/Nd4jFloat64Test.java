package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.BackendConformance;
import dev.switchyard.engine.tensor.ElementType;

/** The nd4j backend in double precision. */
class Nd4jFloat64Test extends BackendConformance {
  Nd4jFloat64Test() {
    super(() -> new Nd4jBackend(ElementType.FLOAT64));
  }
}
