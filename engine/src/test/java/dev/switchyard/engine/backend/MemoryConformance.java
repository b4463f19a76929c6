package dev.switchyard.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Tensors, arenas, and that the same calls give the same bits. */
interface MemoryConformance {
  Bench bench();

  @Test
  default void aNewTensorIsZeroAndKeepsWhatIsWritten() {
    Backend backend = bench().backend;
    Tensor reals = backend.allocate(3, 5);
    assertThat(reals.type()).isEqualTo(backend.floatType());
    assertThat(backend.floats(reals)).hasSize(15).containsOnly(0);
    float[] values = {1, -2, 3.5f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Float.MIN_VALUE};
    backend.write(reals, values);
    assertThat(backend.floats(reals)).containsExactly(values);
    backend.free(reals);

    Tensor integers = backend.allocate(ElementType.INT32, 3);
    assertThat(backend.ints(integers)).containsOnly(0);
    backend.write(integers, new int[] {Integer.MIN_VALUE, -1, Integer.MAX_VALUE});
    assertThat(backend.ints(integers)).containsExactly(Integer.MIN_VALUE, -1, Integer.MAX_VALUE);
    backend.free(integers);
  }

  @Test
  default void partsAndOtherShapesAreTheSameMemory() {
    Backend backend = bench().backend;
    double[] x = bench().numbers(12);
    Tensor whole = bench().tensor(x, 4, 3);
    backend.zero(whole.part(1, 3));
    backend.copy(whole.part(0, 1), whole.part(3, 4));
    double[] want = x.clone();
    Arrays.fill(want, 3, 9, 0);
    System.arraycopy(x, 0, want, 9, 3);
    assertThat(bench().values(whole.as(2, 6))).containsExactly(want);
  }

  @Test
  default void copyAndZeroOfIntegers() {
    Backend backend = bench().backend;
    Tensor from = bench().tensor(new int[] {5, -1, 7}, 3);
    Tensor to = bench().spoiledIndices(3);
    backend.copy(from, to);
    backend.zero(from);
    bench().assertSame("copy", to, new int[] {5, -1, 7});
    bench().assertSame("zeroed", from, new int[3]);
  }

  @Test
  default void anArenaGivesTheSameTensorsAgain() {
    try (Arena arena = bench().backend.arena()) {
      Tensor first = arena.take(7, 9);
      Tensor second = arena.take(ElementType.INT32, 4);
      Tensor third = arena.take(5_000_000); // more than its smallest block
      bench().backend.zero(first);
      bench().backend.zero(third);
      long held = arena.heldBytes();
      arena.reset();
      assertThat(arena.take(7, 9)).isSameAs(first);
      assertThat(arena.take(ElementType.INT32, 4)).isSameAs(second);
      assertThat(arena.take(5_000_000)).isSameAs(third);
      assertThat(arena.heldBytes()).isEqualTo(held);
    }
  }

  @Test
  default void tensorsOfAnArenaDoNotOverlap() {
    try (Arena arena = bench().backend.arena()) {
      Tensor[] tensors = new Tensor[20];
      for (int i = 0; i < tensors.length; i++) {
        tensors[i] = arena.take(i + 1);
        double[] values = new double[i + 1];
        Arrays.fill(values, i);
        bench().set(tensors[i], values);
      }
      for (int i = 0; i < tensors.length; i++) {
        assertThat(bench().values(tensors[i])).containsOnly(i);
      }
    }
  }

  @Test
  default void theSameCallsGiveTheSameBits() {
    Backend backend = bench().backend;
    Tensor a = bench().tensor(bench().numbers(200 * 150), 200, 150);
    Tensor b = bench().tensor(bench().numbers(90 * 150), 90, 150);
    Tensor ids = bench().tensor(bench().integers(200, 0, 9), 200);
    Tensor weight = bench().tensor(bench().numbers(150), 150);
    double[][] first = null;
    for (int run = 0; run < 3; run++) {
      Tensor product = bench().spoiled(200, 90);
      Tensor table = bench().tensor(new double[9 * 150], 9, 150);
      Tensor inverseRms = bench().spoiled(200);
      Tensor normalised = bench().spoiled(200, 150);
      Tensor dX = bench().tensor(new double[200 * 150], 200, 150);
      Tensor dWeight = bench().tensor(new double[150], 150);
      backend.matmul(a, false, b, true, product, false);
      backend.embedBackward(ids, a, table);
      backend.rmsNorm(a, weight, 1e-6, normalised, inverseRms);
      backend.rmsNormBackward(normalised, a, weight, inverseRms, dX, dWeight);
      Tensor sum = bench().tensor(new double[] {backend.sum(a), backend.sumOfSquares(a)}, 2);
      Tensor[] results = {product, table, inverseRms, normalised, dX, dWeight, sum};
      double[][] bits = new double[results.length][];
      Arrays.setAll(bits, i -> bench().values(results[i]));
      first = first == null ? bits : first;
      assertThat(bits).isDeepEqualTo(first);
    }
  }
}
