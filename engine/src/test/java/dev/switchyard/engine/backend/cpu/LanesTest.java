package dev.switchyard.engine.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static float exp(float x) {
    return Lanes.exp(Lanes.all(x)).lane(Lanes.COUNT - 1);
  }

  @Test
  void expIsAccurateToThreeRoundings() {
    for (float x = -87; x <= 88; x += 0.00437f) {
      double exact = Math.exp(x);
      assertThat(Math.abs(exp(x) / exact - 1)).as("e^%s", x).isLessThan(2e-7);
      assertThat(Lanes.exp(x)).as("e^%s alone", x).isEqualTo(exp(x));
    }
  }

  @Test
  void expOfNothingIsNothingAndOfNotANumberIsNotANumber() {
    assertThat(exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(exp(-100)).isZero();
    assertThat(exp(0)).isEqualTo(1);
    assertThat(exp(Float.NaN)).isNaN();
    assertThat(Lanes.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Lanes.exp(Float.NaN)).isNaN();
  }

  /** Dropout of ones with a rate is a comparison with each number, jitter shows the number. */
  @Test
  void randomNumbersAreThoseOfTheScalarFunction() {
    RandomKey key = new RandomKey(5, 17, 3, 1L << 33);
    try (CpuBackend cpu = new CpuBackend(2)) {
      int n = 50_007;
      Tensor x = cpu.allocate(n);
      float[] ones = new float[n];
      java.util.Arrays.fill(ones, 1);
      cpu.write(x, ones);
      Tensor out = cpu.allocate(n);
      cpu.jitter(x, 0.5, key, out);
      float[] jittered = cpu.floats(out);
      cpu.dropout(x, 0.25, key, out);
      float[] dropped = cpu.floats(out);
      for (int i = 0; i < n; i++) {
        // With epsilon 1/2 the factor is 1/2 + u, up to one rounding.
        assertThat(jittered[i]).isEqualTo(0.5f + key.uniform(i));
        assertThat(dropped[i]).isEqualTo(key.uniform(i) >= 0.25 ? (float) (1 / 0.75) : 0);
      }
    }
  }
}
