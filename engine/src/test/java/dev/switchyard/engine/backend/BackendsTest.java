package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.tensor.ElementType;
import org.junit.jupiter.api.Test;

class BackendsTest {

  @Test
  void opensBackendsByName() {
    try (Backend cpu = Backends.open("cpu", ElementType.FLOAT32);
        Backend nd4j = Backends.open("nd4j", ElementType.FLOAT32)) {
      assertThat(cpu.name()).isEqualTo("cpu");
      assertThat(nd4j.name()).isEqualTo("nd4j");
    }
  }

  @Test
  void doublePrecisionIsNd4js() {
    try (Backend backend = Backends.open("auto", ElementType.FLOAT64)) {
      assertThat(backend.name()).isEqualTo("nd4j");
      assertThat(backend.floatType()).isEqualTo(ElementType.FLOAT64);
    }
  }

  @Test
  void refusesWhatThereIsNot() {
    assertThatThrownBy(() -> Backends.open("tpu", ElementType.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tpu")
        .hasMessageContaining("nd4j");
    assertThatThrownBy(() -> Backends.open("cpu", ElementType.FLOAT64))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Backends.open("nd4j", ElementType.INT32))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
