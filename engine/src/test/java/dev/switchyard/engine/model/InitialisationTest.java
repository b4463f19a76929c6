package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.layer.ParameterSource.Start;
import dev.switchyard.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

final class InitialisationTest {
  private final Backend backend = new ReferenceBackend();

  private float[] values(long seed, Start start, String name) {
    Tensor tensor = backend.allocate(200, 100);
    new Initialisation(seed, 0.1, 2).fill(backend, start, name, tensor);
    return backend.floats(tensor);
  }

  @Test
  void weightsAreNormalCutAtTwoDeviations() {
    float[] weights = values(1, Start.TRUNCATED_NORMAL, "w");
    double sigma = Math.sqrt(0.1 / 100);
    double squares = 0;
    double sum = 0;
    for (float w : weights) {
      assertThat(Math.abs(w)).isLessThanOrEqualTo((float) (2 * sigma));
      sum += w;
      squares += (double) w * w;
    }
    // A normal cut at two deviations has 0.8796 of the deviation; 20,000 draws show it to 1%.
    assertThat(Math.sqrt(squares / weights.length) / sigma).isCloseTo(0.8796, within(0.01));
    assertThat(sum / weights.length / sigma).isCloseTo(0, within(0.03));
  }

  @Test
  void embeddingsAreNormal() {
    double squares = 0;
    float[] weights = values(1, Start.EMBEDDING, "w");
    for (float w : weights) {
      squares += (double) w * w;
    }
    assertThat(Math.sqrt(squares / weights.length)).isCloseTo(2, within(0.03));
  }

  @Test
  void dependOnSeedAndNameAlone() {
    assertThat(values(1, Start.TRUNCATED_NORMAL, "w"))
        .isEqualTo(values(1, Start.TRUNCATED_NORMAL, "w"))
        .isNotEqualTo(values(2, Start.TRUNCATED_NORMAL, "w"))
        .isNotEqualTo(values(1, Start.TRUNCATED_NORMAL, "v"));
    assertThat(values(1, Start.ONES, "w")).containsOnly(1);
  }
}
