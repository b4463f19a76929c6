package dev.switchyard.engine.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.tensor.ElementType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class Nd4jRuntimeTest {

  @Test
  void theCudaBuildServesGpusFromKeplerToAda() {
    assertThat(CudaBuild.obstacleOf(37)).isEmpty();
    assertThat(CudaBuild.obstacleOf(89)).isEmpty();
    assertThat(CudaBuild.obstacleOf(35)).hasValueSatisfying(why -> assertThat(why).contains("3.5"));
    assertThat(CudaBuild.obstacleOf(90)).hasValueSatisfying(why -> assertThat(why).contains("9.0"));
    assertThat(CudaBuild.obstacleOf(120))
        .hasValueSatisfying(why -> assertThat(why).contains("12.0"));
  }

  @Test
  void nd4jTakesTheDeviceThatWasChosen() {
    try (Nd4jBackend backend = new Nd4jBackend(ElementType.FLOAT32)) {
      assertThat(Nd4j.getEnvironment().isCPU()).isNotEqualTo(Nd4jRuntime.usesGpu());
      assertThat(backend.description()).startsWith("ND4J on ").endsWith("FLOAT32");
    }
  }
}
