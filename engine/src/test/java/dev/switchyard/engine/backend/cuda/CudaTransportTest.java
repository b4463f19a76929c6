package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What travels between ranks on one GPU arrives with the bits that the host would have given. */
final class CudaTransportTest {
  private static final int RANKS = 3;
  private static final int ELEMENTS = 1003;

  @ParameterizedTest
  @EnumSource
  void sumsHaveTheHostsBits(ElementType type) {
    long bytes = (long) ELEMENTS * type.bytes();
    EmulatedDevice ownOfTransport = EmulatedCuda.device();
    try (EmulatedDevice gpu = EmulatedCuda.device();
        Transport transport = new CudaTransport(ownOfTransport, new Faults(ownOfTransport), true);
        Arena arena = Arena.ofConfined()) {
      MemorySegment[] onHost = new MemorySegment[RANKS];
      MemorySegment[] onGpu = new MemorySegment[RANKS];
      for (int rank = 0; rank < RANKS; rank++) {
        onHost[rank] = numbers(arena.allocate(bytes, 64), type, rank);
        onGpu[rank] = MemorySegment.ofAddress(gpu.allocate(bytes)).reinterpret(bytes);
        HostCopy.copy(onHost[rank], 0, onGpu[rank], 0, bytes);
      }
      // All-reduce: every buffer becomes the sum. Then the first travels to the second.
      Transport.HOST.sum(type, onHost, onHost);
      transport.sum(type, onGpu, onGpu);
      transport.copy(onGpu[0], onGpu[1]);
      transport.finish();
      assertThat(ownOfTransport.launches()).as("sums on the GPU").isEqualTo(1);
      for (int rank = 0; rank < RANKS; rank++) {
        assertThat(onGpu[rank].mismatch(onHost[rank])).as("rank %d", rank).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "FLOAT64")
  void whatLiesOnTheHostIsSummedThere(ElementType type) {
    long bytes = (long) ELEMENTS * type.bytes();
    try (Transport transport = EmulatedCuda.transport();
        Arena arena = Arena.ofConfined()) {
      MemorySegment[] some = {
        numbers(arena.allocate(bytes, 64), type, 0), numbers(arena.allocate(bytes, 64), type, 1)
      };
      MemorySegment[] expected = {arena.allocate(bytes, 64)};
      Transport.HOST.sum(type, some, expected);
      transport.sum(type, some, new MemorySegment[] {some[0]});
      transport.finish();
      assertThat(some[0].mismatch(expected[0])).isEqualTo(-1);
    }
  }

  /** Small whole numbers and their quarters: real numbers of every type. */
  private static MemorySegment numbers(MemorySegment buffer, ElementType type, int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < ELEMENTS; i++) {
      float number = (random.nextInt(2001) - 1000) / 4f;
      switch (type) {
        case FLOAT32 -> buffer.setAtIndex(ValueLayout.JAVA_FLOAT, i, number);
        case FLOAT64 -> buffer.setAtIndex(ValueLayout.JAVA_DOUBLE, i, number / 3);
        case BFLOAT16 -> buffer.setAtIndex(ValueLayout.JAVA_SHORT, i, Bfloat16.round(number));
        case INT32 -> buffer.setAtIndex(ValueLayout.JAVA_INT, i, (int) number);
      }
    }
    return buffer;
  }
}
