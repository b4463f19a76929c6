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

  private static InitialWeights weights(long seed, int threads) {
    return new InitialWeights(new Initialisation(seed, 0.1, 2, 0.02), threads);
  }

  private float[] values(long seed, Start start, String name) {
    Tensor tensor = backend.allocate(200, 100);
    try (InitialWeights weights = weights(seed, 1)) {
      weights.fill(backend, start, name, tensor);
    }
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

  @Test
  void routersHaveADeviationOfTheirOwnOrThatOfOtherWeights() {
    float[] own = values(1, Start.ROUTER, "router");
    double squares = 0;
    int beyond = 0;
    for (float w : own) {
      squares += (double) w * w;
      beyond += Math.abs(w) > 2 * 0.02 ? 1 : 0;
    }
    assertThat(Math.sqrt(squares / own.length)).isCloseTo(0.02, within(0.0003));
    assertThat(beyond / (double) own.length).as("not cut").isCloseTo(0.0455, within(0.006));
    Initialisation plain = new Initialisation(1, 0.1, 2, 0);
    assertThat(plain.draw(Start.ROUTER, "w", 5, 100).at(17))
        .isEqualTo(plain.draw(Start.TRUNCATED_NORMAL, "w", 5, 100).at(17));
  }

  @Test
  void areTheSameHoweverManyThreadsDrawThem() {
    // More than the host holds at once, and no multiple of anything.
    Tensor tensor = backend.allocate((1 << 22) + 77_777);
    float[][] drawn = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (InitialWeights weights = weights(1, 1 + 2 * i)) {
        weights.fill(backend, Start.TRUNCATED_NORMAL, "w", tensor);
      }
      drawn[i] = backend.floats(tensor);
    }
    assertThat(drawn[1]).isEqualTo(drawn[0]).doesNotContain(0);
  }
}
