package dev.switchyard.engine.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's native library loads on this JDK and computes. */
final class Nd4jStartsTest {

  @Test
  void multipliesTwoMatrices() {
    try (var a = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}});
        var b = Nd4j.createFromArray(new float[][] {{5, 6}, {7, 8}});
        var product = a.mmul(b)) {
      assertThat(product.toFloatMatrix()).isDeepEqualTo(new float[][] {{19, 22}, {43, 50}});
    }
  }
}
