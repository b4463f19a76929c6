package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.cpu.CpuBackend;
import dev.switchyard.engine.backend.nd4j.Nd4jBackend;
import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is rounded where, on every backend: numbers that show it exactly. */
final class Bfloat16BackendTest {
  private static final float UNIT = 0x1p-7f; // from 1 to the next bfloat16

  private enum Device {
    CPU(CpuBackend::new),
    ND4J(() -> new Nd4jBackend(ElementType.FLOAT32));

    final Supplier<Backend> open;

    Device(Supplier<Backend> open) {
      this.open = open;
    }
  }

  private interface Claim {
    void check(Backend backend);
  }

  private static void on(Device device, Claim claim) {
    try (Backend backend = device.open.get();
        Backend rounding = backend.withBfloat16()) {
      claim.check(rounding);
    }
  }

  private static Tensor rounded(Backend on, float[] values, int... shape) {
    return filled(on, ElementType.BFLOAT16, values, shape);
  }

  private static Tensor exact(Backend on, float[] values, int... shape) {
    return filled(on, ElementType.FLOAT32, values, shape);
  }

  private static Tensor filled(Backend on, ElementType type, float[] values, int... shape) {
    Tensor tensor = on.allocate(type, shape);
    on.write(tensor, values);
    return tensor;
  }

  @ParameterizedTest
  @EnumSource(Device.class)
  void copiesRoundAndWiden(Device device) {
    on(
        device,
        backend -> {
          float[] values = {
            1 + UNIT / 2,
            1 + 3 * UNIT / 2,
            -3.14159f,
            Float.NaN,
            Float.intBitsToFloat(0x7f800001),
            Float.NEGATIVE_INFINITY,
            Float.MAX_VALUE,
            Float.intBitsToFloat(0x18000), // a subnormal tie
            -0f,
            // enough of them that vectors are full, with a rest
            1.01f,
            1.02f,
            1.03f,
            1.04f,
            1.05f,
            1.06f,
            1.07f,
            1.08f,
            1.09f,
            1.1f
          };
          float[] expected = new float[values.length];
          for (int i = 0; i < values.length; i++) {
            expected[i] = Bfloat16.rounded(values[i]);
          }
          Tensor small = backend.allocate(ElementType.BFLOAT16, values.length);
          backend.copy(exact(backend, values, values.length), small);
          assertThat(backend.floats(small)).containsExactly(expected);
          Tensor wide = backend.allocate(ElementType.FLOAT32, values.length);
          backend.copy(small, wide);
          assertThat(backend.floats(wide)).containsExactly(expected);
        });
  }

  @ParameterizedTest
  @EnumSource(Device.class)
  void weightsAreRoundedAtUseAndStayAsTheyAre(Device device) {
    on(
        device,
        backend -> {
          Tensor x = rounded(backend, new float[] {1, 1}, 1, 2);
          Tensor weight = exact(backend, new float[] {1 + 0.4f * UNIT, 3}, 1, 2);
          Tensor y = backend.allocate(ElementType.FLOAT32, 1, 1);
          backend.matmul(x, false, weight, true, y, false);
          assertThat(backend.floats(y)).containsExactly(4);
          assertThat(backend.floats(weight)).containsExactly(1 + 0.4f * UNIT, 3);
        });
  }

  @ParameterizedTest
  @EnumSource(Device.class)
  void productsAreSummedInFloat32AndRoundedOnce(Device device) {
    on(
        device,
        backend -> {
          // In bfloat16, 256 + 1 is 256: a sum that is rounded on the way would never get further.
          int terms = 300;
          float[] ones = new float[terms];
          java.util.Arrays.fill(ones, 1);
          Tensor x = rounded(backend, ones, 1, terms);
          Tensor y = backend.allocate(1, 1);
          backend.matmul(x, false, x, true, y, false);
          assertThat(backend.floats(y)).containsExactly(300);
          Tensor odd = rounded(backend, java.util.Arrays.copyOf(ones, 257), 1, 257);
          backend.matmul(odd, false, odd, true, y, true);
          assertThat(backend.floats(y)).containsExactly(556); // 557 lies between 556 and 560
        });
  }

  @ParameterizedTest
  @EnumSource(Device.class)
  void weightGradientsKeepWhatBfloat16WouldLose(Device device) {
    on(
        device,
        backend -> {
          Tensor dY = rounded(backend, new float[] {UNIT / 4}, 1, 1);
          Tensor x = rounded(backend, new float[] {1}, 1, 1);
          Tensor gradient = exact(backend, new float[] {1}, 1, 1);
          for (int i = 0; i < 4; i++) {
            backend.matmul(dY, true, x, false, gradient, true);
          }
          assertThat(backend.floats(gradient)).containsExactly(1 + UNIT);
          Tensor activation = rounded(backend, new float[] {1}, 1, 1);
          for (int i = 0; i < 4; i++) {
            backend.matmul(dY, true, x, false, activation, true);
          }
          assertThat(backend.floats(activation)).containsExactly(1);
        });
  }

  @ParameterizedTest
  @EnumSource(Device.class)
  void productsOfFloat32TensorsAreNotRounded(Device device) {
    on(
        device,
        backend -> {
          Tensor x = exact(backend, new float[] {1 + 0.4f * UNIT}, 1, 1);
          Tensor y = backend.allocate(ElementType.FLOAT32, 1, 1);
          backend.matmul(x, false, x, true, y, false);
          assertThat(backend.floats(y)).containsExactly((1 + 0.4f * UNIT) * (1 + 0.4f * UNIT));
        });
  }

  @ParameterizedTest
  @EnumSource(Device.class)
  void attentionRoundsProbabilitiesBeforeTheyWeighTheValues(Device device) {
    on(
        device,
        backend -> {
          AttentionPlan plan = new AttentionPlan(1, 1, 1, 3, 1, false, 0, null);
          // Probabilities of 1/3 each: in bfloat16, 0.333984375.
          Tensor q = rounded(backend, new float[] {0}, 1, 1);
          Tensor k = rounded(backend, new float[] {1, 2, 3}, 3, 1);
          Tensor v = rounded(backend, new float[] {1024, 0, 0}, 3, 1);
          Tensor out = backend.allocate(1, 1);
          Tensor state = backend.allocate(backend.attentionStateShape(plan));
          backend.attention(plan, q, k, v, null, null, out, state);
          float third = Bfloat16.rounded(1 / 3f);
          assertThat(backend.floats(state)).containsOnly(third);
          assertThat(backend.floats(out)).containsExactly(Bfloat16.rounded(1024 * third));
        });
  }

  @Test
  void doublePrecisionHasNoBfloat16() {
    try (Backend doubles = new Nd4jBackend(ElementType.FLOAT64)) {
      assertThatThrownBy(doubles::withBfloat16)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("FLOAT64");
    }
  }
}
