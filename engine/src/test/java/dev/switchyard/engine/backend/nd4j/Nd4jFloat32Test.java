package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.BackendConformance;
import dev.switchyard.engine.tensor.ElementType;

/** The nd4j backend in single precision. */
class Nd4jFloat32Test extends BackendConformance {
  Nd4jFloat32Test() {
    super(() -> new Nd4jBackend(ElementType.FLOAT32));
  }
}
