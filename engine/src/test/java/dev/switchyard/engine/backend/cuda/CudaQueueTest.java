package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** The order of work on a device: graphs, updates as one launch, memory, and faults. */
class CudaQueueTest {

  /** A few operations on an arena, with random numbers of the step. */
  private static float[] step(CudaBackend on, Arena arena, Tensor x, long number) {
    arena.reset();
    Tensor a = arena.take(8, 16);
    Tensor b = arena.take(8, 16);
    on.copy(x, a);
    on.dropout(a, 0.5, new RandomKey(1, number, 3), b);
    on.jitter(b, 0.1, new RandomKey(1, number, 4), b);
    on.relu(b, a);
    on.add(x, a);
    return on.floats(a);
  }

  private static Tensor numbers(CudaBackend on, int... shape) {
    Tensor x = on.allocate(shape);
    float[] values = new float[(int) x.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 % 13 - 6) / 3f;
    }
    on.write(x, values);
    return x;
  }

  @Test
  void whatComesAgainRunsAsAGraphAndGivesTheSame() {
    EmulatedDevice device = EmulatedCuda.device();
    try (CudaBackend graphs = new CudaBackend(device, false);
        CudaBackend alone = EmulatedCuda.backend();
        Arena arena = graphs.arena()) {
      Tensor x = numbers(graphs, 8, 16);
      Tensor same = numbers(alone, 8, 16);
      List<float[]> all = new ArrayList<>();
      for (int step = 0; step < 4; step++) {
        long before = device.launches();
        all.add(step(graphs, arena, x, step));
        // A fresh arena has other addresses: nothing there comes again.
        try (Arena fresh = alone.arena()) {
          assertThat(step(alone, fresh, same, step)).as("step %d", step).isEqualTo(all.get(step));
        }
        if (step >= 2) {
          assertThat(device.launches()).as("launches of step %d", step).isEqualTo(before);
        }
      }
      assertThat(graphs.queue().replayed()).isPositive();
      assertThat(all.get(3)).as("each step has its own random numbers").isNotEqualTo(all.get(2));
    }
  }

  @Test
  void whereNothingCanBeCapturedWorkIsStartedOneByOne() {
    EmulatedDevice device = EmulatedCuda.device();
    device.refuseCaptures();
    try (CudaBackend without = new CudaBackend(device, false);
        CudaBackend with = EmulatedCuda.backend();
        Arena arena = without.arena();
        Arena other = with.arena()) {
      Tensor x = numbers(without, 8, 16);
      Tensor same = numbers(with, 8, 16);
      for (int step = 0; step < 4; step++) {
        assertThat(step(without, arena, x, step)).isEqualTo(step(with, other, same, step));
      }
      assertThat(with.queue().replayed()).isPositive();
      assertThat(without.queue().replayed()).isZero();
    }
  }

  @Test
  void updatesOfAllParametersAreOneLaunch() {
    EmulatedDevice device = EmulatedCuda.device();
    try (CudaBackend on = new CudaBackend(device, false)) {
      List<Tensor> parameters = new ArrayList<>();
      List<Tensor> moments = new ArrayList<>();
      for (int size : new int[] {5, 70_000, 64}) {
        parameters.add(numbers(on, size));
        moments.add(on.allocate(size));
        moments.add(on.allocate(size));
      }
      on.synchronize();
      long before = device.launches();
      for (int i = 0; i < parameters.size(); i++) {
        AdamWStep step = new AdamWStep(0.1, 0.9, 0.99, 1e-8, i == 0 ? 0 : 0.1, 1, 1);
        on.adamW(
            parameters.get(i), parameters.get(i), moments.get(2 * i), moments.get(2 * i + 1), step);
      }
      on.synchronize();
      assertThat(device.launches() - before).isEqualTo(1);
    }
  }

  /** A parameter after two updates by Adafactor, with something between them. */
  private static float[] updatedTwice(BiConsumer<CudaBackend, Tensor> between) {
    try (CudaBackend on = EmulatedCuda.backend()) {
      Tensor parameter = numbers(on, 64, 64);
      Tensor gradient = numbers(on, 64, 64);
      assertThat(on.sum(gradient)).isNotNaN(); // takes a little scratch, with others around it
      Tensor rows = on.allocate(64);
      Tensor columns = on.allocate(64);
      AdafactorStep step = new AdafactorStep(0.1, 0.9, 1e-30, 1e-3, 1, 1, false);
      on.adafactor(parameter, gradient, rows, columns, step);
      between.accept(on, gradient);
      on.adafactor(parameter, gradient, rows, columns, step);
      return on.floats(parameter);
    }
  }

  @Test
  void updatesThatWereHeldBackDoNotMoveTheScratchOfTheOperationThatStartsThem() {
    assertThat(updatedTwice((on, x) -> assertThat(on.sum(x)).isNotNaN()))
        .isEqualTo(updatedTwice((on, _) -> on.synchronize()));
  }

  @Test
  void closingGivesAllMemoryBack() {
    EmulatedDevice device = EmulatedCuda.device();
    try (CudaBackend on = new CudaBackend(device, false)) {
      Tensor x = numbers(on, 100, 100);
      on.sum(x);
      long held = on.deviceMemory().heldBytes();
      for (int i = 0; i < 50; i++) {
        Tensor more = on.allocate(1000, 1000);
        on.free(more);
      }
      assertThat(on.deviceMemory().heldBytes()).as("freed blocks are used again").isEqualTo(held);
      assertThat(device.blocks()).isPositive();
    }
    assertThat(device.blocks()).isZero();
  }

  @Test
  void memoryThatIsNotThereIsSaidAndTheBackendGoesOn() {
    EmulatedDevice device = new EmulatedDevice(EmulatedCuda.kernels(), 90, 100L << 20);
    try (CudaBackend on = new CudaBackend(device, false)) {
      Tensor x = numbers(on, 4);
      assertThatThrownBy(() -> on.allocate(1 << 20, 100))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("emulated GPU")
          .hasMessageContaining("not enough memory")
          .hasMessageContaining("batch_size");
      on.scale(x, 2);
      assertThat(on.floats(x)).contains(-4f);
    }
  }

  @Test
  void aLostDeviceIsSaidInEveryCallAndClosesQuietly() {
    EmulatedDevice device = EmulatedCuda.device();
    try (CudaBackend on = new CudaBackend(device, false)) {
      Tensor x = numbers(on, 4);
      device.loseIn(() -> "relu_f32");
      on.relu(x, x);
      assertThatThrownBy(on::synchronize)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("emulated GPU stopped working")
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
      assertThatThrownBy(() -> on.floats(x))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("stopped working");
      on.free(x);
    }
  }

  @Test
  void tensorsOfOthersAndFreedOnesAreRefused() {
    try (CudaBackend on = EmulatedCuda.backend();
        CudaBackend other = EmulatedCuda.backend()) {
      Tensor x = on.allocate(4);
      Tensor foreign = other.allocate(4);
      assertThatThrownBy(() -> on.add(foreign, x)).hasMessageContaining("another backend or GPU");
      on.free(x);
      assertThatThrownBy(() -> on.zero(x)).hasMessageContaining("freed");
      assertThatThrownBy(() -> on.allocate(ElementType.FLOAT64, 3))
          .hasMessageContaining("single precision");
    }
  }
}
