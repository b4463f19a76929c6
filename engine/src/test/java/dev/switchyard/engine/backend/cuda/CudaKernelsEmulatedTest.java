package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.tensor.Bfloat16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The CUDA kernels, compiled for this processor. Where threads wait for one another, the result is
 * the same in whatever order they run, and the emulation sees what goes wrong.
 */
final class CudaKernelsEmulatedTest {
  private static final int[] ORDERS = {0, 1, 7, 8};

  private EmulatedKernels kernels;
  private Arena arena;

  @BeforeEach
  void findKernels() {
    Optional<EmulatedKernels> found = EmulatedKernels.build();
    Assumptions.assumeTrue(found.isPresent(), "no g++ on the PATH to compile the kernels with");
    kernels = found.orElseThrow();
    arena = Arena.ofConfined();
  }

  @AfterEach
  void restore() {
    if (kernels != null) {
      kernels.order(0);
      arena.close();
    }
  }

  private MemorySegment floats(int count, Random random) {
    MemorySegment segment = arena.allocate(4L * count, 256);
    for (int i = 0; i < count; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * random.nextFloat() - 1);
    }
    return segment;
  }

  private MemorySegment ints(int count) {
    return arena.allocate(4L * count, 256);
  }

  private void run(
      String kernel, int gridX, int gridY, int gridZ, int block, int shared, Object... arguments) {
    long[] bits = new long[arguments.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] =
          switch (arguments[i]) {
            case MemorySegment segment -> segment.address();
            case Integer number -> number;
            case Long number -> number;
            case Float number -> Float.floatToRawIntBits(number);
            default -> throw new IllegalArgumentException("What is " + arguments[i] + "?");
          };
    }
    kernels.launch(kernel, gridX, gridY, gridZ, block, 1, shared, bits);
  }

  /** The result's bytes are the same in every order; gives them as floats. */
  private float[] inEveryOrder(Supplier<MemorySegment> result) {
    float[] first = null;
    for (int order : ORDERS) {
      kernels.order(order);
      float[] found = result.get().toArray(ValueLayout.JAVA_FLOAT);
      if (first == null) {
        first = found;
      }
      assertThat(found).as("in order %d", order).isEqualTo(first);
    }
    return first;
  }

  @Test
  void aWeightsGradientIsSummedInOneOrderOverAllBlocks() {
    int rows = 150;
    int d = 40;
    Random random = new Random(1);
    MemorySegment dOut = floats(rows * d, random);
    MemorySegment x = floats(rows * d, random);
    MemorySegment weight = floats(d, random);
    MemorySegment inverse = floats(rows, random);
    int blocks = 3;
    float[] gradient =
        inEveryOrder(
            () -> {
              MemorySegment dWeight = floats(d, new Random(2)).fill((byte) 0);
              run(
                  "rms_norm_backward_f32",
                  blocks,
                  1,
                  1,
                  256,
                  0,
                  dOut,
                  x,
                  weight,
                  inverse,
                  floats(rows * d, new Random(3)),
                  floats(blocks * d, random),
                  dWeight,
                  ints(1),
                  rows,
                  d);
              return dWeight;
            });
    for (int c = 0; c < d; c++) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum +=
            (double) dOut.getAtIndex(ValueLayout.JAVA_FLOAT, row * d + c)
                * x.getAtIndex(ValueLayout.JAVA_FLOAT, row * d + c)
                * inverse.getAtIndex(ValueLayout.JAVA_FLOAT, row);
      }
      // 150 products below 1 in float32.
      assertThat((double) gradient[c]).isCloseTo(sum, within(1e-4));
    }
  }

  @Test
  void tokensTakeTheirPlacesInTheirOwnOrderWhateverThatOfTheThreads() {
    int groups = 2;
    int size = 333;
    int experts = 5;
    int capacity = 40;
    int warps = 11;
    MemorySegment expert = ints(groups * size);
    Random random = new Random(4);
    for (int t = 0; t < groups * size; t++) {
      expert.setAtIndex(ValueLayout.JAVA_INT, t, random.nextInt(experts + 1) - 1);
    }
    MemorySegment position = ints(groups * size);
    for (int order : ORDERS) {
      kernels.order(order);
      run(
          "take_places",
          groups,
          1,
          1,
          32 * warps,
          4 * experts * (warps + 1),
          expert,
          MemorySegment.NULL,
          MemorySegment.NULL,
          position,
          ints(groups * size),
          ints(groups * experts * capacity),
          ints(groups * experts),
          ints(groups),
          groups,
          size,
          experts,
          1,
          capacity,
          0);
      int[][] queues = new int[groups][experts];
      for (int t = 0; t < groups * size; t++) {
        int e = expert.getAtIndex(ValueLayout.JAVA_INT, t);
        int place = e < 0 ? -1 : queues[t / size][e]++;
        assertThat(position.getAtIndex(ValueLayout.JAVA_INT, t)).isEqualTo(place);
      }
    }
  }

  @Test
  void attentionIsTheSameInEveryOrder() {
    int length = 70;
    int size = 20;
    Random random = new Random(5);
    MemorySegment q = floats(length * size, random);
    MemorySegment v = floats(length * size, random);
    float[] mixed =
        inEveryOrder(
            () -> {
              MemorySegment out = floats(length * size, random);
              run(
                  "attention_f32_32",
                  3,
                  1,
                  1,
                  256,
                  2 * 128 * 33 + 4224,
                  q,
                  q,
                  v,
                  MemorySegment.NULL,
                  MemorySegment.NULL,
                  MemorySegment.NULL,
                  out,
                  floats(length, random),
                  1,
                  1,
                  length,
                  length,
                  size,
                  1,
                  0L,
                  0L,
                  MemorySegment.NULL,
                  0,
                  1f);
              return out;
            });
    // The first query sees the first key alone.
    assertThat(mixed[3]).isEqualTo(v.getAtIndex(ValueLayout.JAVA_FLOAT, 3));
  }

  @Test
  void tensorCoresGiveWhatPlainLoopsGive() {
    int length = 100;
    int size = 40;
    Random random = new Random(6);
    MemorySegment q = rounded(length * size, random);
    MemorySegment k = rounded(length * size, random);
    MemorySegment v = rounded(length * size, random);
    MemorySegment bias = floats(length * length, random);
    int plain = AttentionMemory.PLAIN.bytes("attention", 64);
    int tiles = AttentionMemory.MATRIX_UNITS.bytes("attention", 64);
    float[] expected = attend("attention_bf16_64", 4, 256, plain, q, k, v, bias, length, size);
    for (int order : ORDERS) {
      kernels.order(order);
      float[] found = attend("attention_bf16_mma_64", 2, 128, tiles, q, k, v, bias, length, size);
      // Sums of 100 terms in another order, and results of at most 1 rounded to 8 bits.
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(0x1p-7f));
      }
    }
  }

  private float[] attend(
      String kernel,
      int tiles,
      int threads,
      int shared,
      MemorySegment q,
      MemorySegment k,
      MemorySegment v,
      MemorySegment bias,
      int length,
      int size) {
    MemorySegment out = arena.allocate(2L * length * size, 256);
    run(
        kernel,
        tiles,
        1,
        1,
        threads,
        shared,
        q,
        k,
        v,
        bias,
        MemorySegment.NULL,
        MemorySegment.NULL,
        out,
        ints(length),
        1,
        1,
        length,
        length,
        size,
        1,
        77L,
        0L,
        MemorySegment.NULL,
        1 << 22,
        4f / 3);
    float[] mixed = new float[length * size];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = Bfloat16.widen(out.getAtIndex(ValueLayout.JAVA_SHORT, i));
    }
    return mixed;
  }

  private MemorySegment rounded(int count, Random random) {
    MemorySegment segment = arena.allocate(2L * count, 256);
    for (int i = 0; i < count; i++) {
      segment.setAtIndex(ValueLayout.JAVA_SHORT, i, Bfloat16.round(2 * random.nextFloat() - 1));
    }
    return segment;
  }

  @Test
  void mistakesOfAKernelAreSeen() {
    MemorySegment out = ints(64);
    assertThatThrownBy(() -> run("fault_barrier_of_some", 1, 1, 1, 64, 0, out))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("24 threads of 64 have ended, 40 wait at __syncthreads");
    assertThatThrownBy(() -> run("fault_warp_of_some", 2, 1, 1, 64, 0, out))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lanes ffffffdf of warp 0 at __shfl_xor_sync");
    assertThatThrownBy(() -> run("fault_behind_shared_array", 1, 1, 1, 64, 0, out, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("element 64 of a shared array of 64");
    assertThatThrownBy(() -> run("fault_behind_dynamic_shared", 1, 1, 1, 64, 252, out))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("behind the 252 bytes of shared memory");
    // What is right afterwards runs as if nothing had been.
    run("fault_behind_dynamic_shared", 1, 1, 1, 64, 256, out);
    assertThat(out.toArray(ValueLayout.JAVA_INT)).containsOnly(1);
  }

  @Test
  void aRaceShowsInAnotherOrder() {
    MemorySegment out = ints(64);
    run("fault_race", 1, 1, 1, 64, 0, out);
    int[] forwards = out.toArray(ValueLayout.JAVA_INT);
    kernels.order(1);
    run("fault_race", 1, 1, 1, 64, 0, out);
    assertThat(out.toArray(ValueLayout.JAVA_INT)).isNotEqualTo(forwards);
  }

  @Test
  void impossibleLaunchesAreRefused() {
    assertThatThrownBy(() -> run("no_such_kernel", 1, 1, 1, 32, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no kernel is called no_such_kernel");
    assertThatThrownBy(() -> run("relu_f32", 1, 1, 1, 512, 0, ints(1), ints(1), 1L))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("blocks of 512 threads (at most 256)");
    assertThatThrownBy(() -> run("relu_f32", 1, 1, 1, 256, 0, ints(1), ints(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("relu_f32 has 3 parameters, not 2");
  }
}
