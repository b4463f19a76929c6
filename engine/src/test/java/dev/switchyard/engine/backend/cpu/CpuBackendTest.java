package dev.switchyard.engine.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.verify.Draw;
import dev.switchyard.engine.verify.OperationCase;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuBackendTest {
  private static final CpuBackend ONE = new CpuBackend(1);
  private static final CpuBackend THREE = new CpuBackend(3);

  @AfterAll
  static void close() {
    ONE.close();
    THREE.close();
  }

  private static List<float[]> results(Backend on, OperationCase operation, long seed) {
    return operation.run(on, new Draw(seed)).stream().map(on::floats).toList();
  }

  private static void assertSameBits(List<float[]> results, List<float[]> expected) {
    for (int i = 0; i < expected.size(); i++) {
      int different = Arrays.mismatch(results.get(i), expected.get(i));
      assertThat(different).as("first difference in result %d", i).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(OperationCase.class)
  void theSameCallsGiveTheSameBits(OperationCase operation) {
    for (int seed = 0; seed < 10; seed++) {
      List<float[]> first = results(THREE, operation, seed);
      List<float[]> second = results(THREE, operation, seed);
      assertSameBits(second, first);
    }
  }

  /** Products are cut by the number of threads, and OpenBLAS rounds edges in its own way. */
  @ParameterizedTest
  @EnumSource(
      value = OperationCase.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MATMUL", "BATCHED_MATMUL"})
  void resultsDoNotDependOnTheNumberOfThreads(OperationCase operation) {
    for (int seed = 0; seed < 10; seed++) {
      List<float[]> one = results(ONE, operation, seed);
      List<float[]> three = results(THREE, operation, seed);
      assertSameBits(three, one);
    }
  }

  @Test
  void describesThreadsVectorsAndKernels() {
    assertThat(ONE.description()).startsWith("cpu: 1 thread, ").contains("OpenBLAS ");
    assertThat(THREE.description()).startsWith("cpu: 3 threads, ");
  }

  @Test
  void refusesDoublePrecision() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE.allocate(ElementType.FLOAT64, 3))
        .withMessageContaining("single precision");
  }

  @Test
  void aShapeThatDoesNotFitIsRefusedWithItsShape() {
    Tensor a = ONE.allocate(3, 4);
    Tensor out = ONE.allocate(3, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE.matmul(a, false, a, false, out, false))
        .withMessageContaining("[3, 4]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE.matmul(a, false, a, true, ONE.allocate(3, 2), false))
        .withMessageContaining("[3, 2]");
    AttentionPlan plan = new AttentionPlan(1, 2, 3, 3, 4, false, 0, new RandomKey(1, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ONE.attention(plan, a, a, a, null, null, out, out))
        .withMessageContaining("[3, 8]");
  }

  @Test
  void anIndexOutsideItsTableIsRefused() {
    Tensor table = THREE.allocate(10, 64);
    Tensor ids = THREE.allocate(ElementType.INT32, 4000);
    int[] values = new int[4000];
    values[3333] = 10;
    THREE.write(ids, values);
    Tensor out = THREE.allocate(4000, 64);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> THREE.embed(ids, table, out))
        .withMessageContaining("ids[3333] is 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> THREE.embedBackward(ids, out, table))
        .withMessageContaining("ids[3333] is 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> THREE.dispatch(table, ids, 1, out))
        .withMessageContaining("slotChoice[3333] is 10");
  }

  @Test
  void freedMemoryIsRefused() {
    Tensor freed = ONE.allocate(5);
    ONE.free(freed);
    assertThatIllegalStateException()
        .isThrownBy(() -> ONE.zero(freed))
        .withMessageContaining("freed");
  }

  /** Not to be taken for a row whose keys are all masked: that one has zeros. */
  @Test
  void softmaxOfARowWithoutNumbersHasNone() {
    for (int length : new int[] {3, 16, 37}) {
      float[] row = new float[length];
      Arrays.fill(row, Float.NaN);
      row[1] = Float.NEGATIVE_INFINITY;
      Tensor x = THREE.allocate(1, length);
      THREE.write(x, row);
      THREE.softmax(x, x);
      assertThat(THREE.floats(x)).containsOnly(Float.NaN);
      Arrays.fill(row, Float.NEGATIVE_INFINITY);
      THREE.write(x, row);
      THREE.softmax(x, x);
      assertThat(THREE.floats(x)).containsOnly(0);
      THREE.free(x);
    }
  }

  @Test
  void findsASingleNumberThatIsNotFinite() {
    Tensor x = THREE.allocate(100_003);
    assertThat(THREE.allFinite(x)).isTrue();
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 77_777, 100_002}) {
        THREE.zero(x);
        THREE.write(x.part(at, at + 1), new float[] {bad});
        assertThat(THREE.allFinite(x)).isFalse();
      }
    }
  }
}
