package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.HostNumbers;
import dev.switchyard.engine.backend.Reading;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read while a device goes on is what was there when it was asked for. */
class CudaReadingsTest {
  private static final int MORE_THAN_PLACES = 3 * CudaReadings.MOST;

  private static float[] filled(int size, float value) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void theWorkThatFollowsChangesNothingOfIt() {
    EmulatedDevice device = EmulatedCuda.device();
    try (CudaBackend on = new CudaBackend(device, false)) {
      Tensor x = on.allocate(100);
      Tensor ids = on.allocate(ElementType.INT32, 3);
      Tensor half = on.allocate(ElementType.BFLOAT16, 5);
      on.write(x, filled(100, 3));
      on.write(ids, new int[] {4, 5, 6});
      on.write(half, filled(5, 1.5f));
      long before = device.waits();
      Reading reading = on.readLater(List.of(x, ids, half, ids));
      on.scale(x, 7);
      on.zero(ids);
      on.zero(half);
      on.submit();
      assertThat(reading.isHere()).isFalse();
      HostNumbers numbers = reading.take();
      assertThat(numbers.floats(x)).isEqualTo(filled(100, 3));
      assertThat(numbers.ints(ids)).containsExactly(4, 5, 6);
      assertThat(numbers.floats(half)).isEqualTo(filled(5, 1.5f));
      assertThat(numbers.sum(x)).isEqualTo(300);
      assertThat(reading.isHere()).isTrue();
      assertThat(device.waits()).as("waits for the stream").isEqualTo(before);
      assertThat(on.floats(x)).isEqualTo(filled(100, 21));
    }
    assertThat(device.blocks()).isZero();
  }

  @Test
  void manyAtATimeNeedBoundedMemoryAndKeepTheirNumbers() {
    EmulatedDevice device = EmulatedCuda.device();
    try (CudaBackend on = new CudaBackend(device, false)) {
      Tensor small = on.allocate(1);
      Tensor large = on.allocate(1000);
      List<Reading> readings = new ArrayList<>();
      int blocks = 0;
      for (int i = 0; i < MORE_THAN_PLACES; i++) {
        Tensor x = i % 3 == 0 ? large : small;
        on.write(x, filled((int) x.size(), i));
        readings.add(on.readLater(List.of(x)));
        if (i == CudaReadings.MOST) {
          blocks = device.blocks();
        }
      }
      assertThat(device.blocks()).isEqualTo(blocks);
      for (int i = MORE_THAN_PLACES - 1; i >= 0; i--) {
        Tensor x = i % 3 == 0 ? large : small;
        assertThat(readings.get(i).take().floats(x)).isEqualTo(filled((int) x.size(), i));
      }
      on.readLater(List.of(large));
    }
    assertThat(device.blocks()).isZero();
  }
}
