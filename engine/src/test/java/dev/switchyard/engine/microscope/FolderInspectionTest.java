package dev.switchyard.engine.microscope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.WeightStatistics;
import dev.switchyard.engine.store.SafetensorsWriter;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of weights that were written for the test, so that each is known. */
final class FolderInspectionTest {
  private static final String LAYER = "encoder.block.1.layer.1.mlp";

  @TempDir Path folder;

  private final Arena memory = Arena.ofConfined();
  private final SafetensorsWriter writer = new SafetensorsWriter();

  @AfterEach
  void free() {
    memory.close();
  }

  private void write(String name, StoredType type, float[] numbers, long... shape) {
    MemorySegment bytes = memory.allocate((long) type.bytes() * numbers.length, 64);
    type.write(numbers, bytes);
    writer.add(name, type, shape, () -> bytes);
  }

  private Inspection opened() throws IOException {
    Path file = folder.resolve(TensorDirectory.SINGLE);
    writer.write(file);
    return new FolderInspection("a model", TensorDirectory.open(folder));
  }

  @Test
  void figuresOfFewNumbersAreExact() throws IOException {
    write("w", StoredType.F32, new float[] {-1, 0, 0, 1, 2, 4}, 2, 3);
    try (Inspection inspection = opened()) {
      WeightStatistics figures = inspection.statistics("w", () -> false);
      assertThat(figures.weight().shape()).containsExactly(2L, 3L);
      assertThat(figures.mean()).isCloseTo(1, within(1e-12));
      assertThat(figures.norm()).isCloseTo(Math.sqrt(22), within(1e-12));
      assertThat(figures.deviation()).isCloseTo(Math.sqrt(22 / 6.0 - 1), within(1e-12));
      assertThat(figures.rootMeanSquare()).isCloseTo(Math.sqrt(22 / 6.0), within(1e-12));
      assertThat(figures.minimum()).isEqualTo(-1);
      assertThat(figures.maximum()).isEqualTo(4);
      assertThat(figures.zeros()).isEqualTo(2);
      assertThat(figures.notFinite()).isZero();
      assertThat(figures.histogram().stream().mapToLong(Long::longValue).sum()).isEqualTo(6);
      assertThat(figures.histogram().getFirst()).isEqualTo(1);
      assertThat(figures.histogram().getLast()).isEqualTo(1);
    }
  }

  @Test
  void numbersThatAreNoneAreCountedApart() throws IOException {
    float[] numbers = {Float.NaN, Float.POSITIVE_INFINITY, 3, 3};
    write("w", StoredType.BF16, numbers, 4);
    try (Inspection inspection = opened()) {
      WeightStatistics figures = inspection.statistics("w", () -> false);
      assertThat(figures.notFinite()).isEqualTo(2);
      assertThat(figures.mean()).isEqualTo(3);
      assertThat(figures.deviation()).isZero();
      assertThat(figures.rootMeanSquare()).isCloseTo(3, within(1e-12));
      assertThat(figures.histogram().stream().mapToLong(Long::longValue).sum()).isEqualTo(2);
      assertThat(figures.low()).isLessThan(3);
      assertThat(figures.high()).isGreaterThan(3);
    }
  }

  @Test
  void expertsAreComparedWithTheirCosines() throws IOException {
    // The second points where the first does, the third stands at a right angle to both.
    float[][] experts = {{1, 0, 0, 2}, {2, 0, 0, 4}, {0, 5, 5, 0}};
    for (int i = 0; i < experts.length; i++) {
      write(LAYER + ".experts.expert_" + i + ".wi.weight", StoredType.F32, experts[i], 2, 2);
    }
    write(
        LAYER + ".router.classifier.weight", StoredType.F32, new float[] {1, 0, 0, 1, -1, 0}, 3, 2);
    try (Inspection inspection = opened()) {
      assertThat(inspection.expertLayers()).containsExactly(LAYER);
      ExpertSimilarity similarity = inspection.similarity(LAYER, () -> false);
      assertThat(similarity.experts()).isEqualTo(3);
      assertThat(similarity.compared()).isEqualTo(4);
      assertThat(similarity.held()).isEqualTo(4);
      assertThat(similarity.weights()).containsExactly(1, 1, 0, 1, 1, 0, 0, 0, 1);
      assertThat(similarity.router()).containsExactly(1, 0, -1, 0, 1, 0, -1, 0, 1);
      assertThat(similarity.meanOfPairs()).isCloseTo(1 / 3.0, within(1e-7));
    }
  }

  @Test
  void ofLargeExpertsSpreadRowsAreCompared() throws IOException {
    int rows = 1000;
    int width = 100;
    for (int i = 0; i < 2; i++) {
      float[] numbers = new float[rows * width];
      java.util.Arrays.fill(numbers, i + 1f);
      write(LAYER + ".experts.expert_" + i + ".wi.weight", StoredType.F16, numbers, rows, width);
    }
    try (Inspection inspection = opened()) {
      ExpertSimilarity similarity = inspection.similarity(LAYER, () -> false);
      assertThat(similarity.held()).isEqualTo(rows * width);
      assertThat(similarity.compared()).isEqualTo(rows * width / 2);
      assertThat(similarity.weights(0, 1)).isCloseTo(1f, within(1e-6f));
      assertThat(similarity.router()).isEmpty();
    }
  }

  @Test
  void whatIsNotThereIsNamed() throws IOException {
    write(LAYER + ".experts.expert_0.wi.weight", StoredType.F32, new float[4], 2, 2);
    write(LAYER + ".experts.expert_1.wi.weight", StoredType.F32, new float[6], 2, 3);
    try (Inspection inspection = opened()) {
      assertThatThrownBy(() -> inspection.statistics("nothing", () -> false))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("nothing");
      assertThatThrownBy(() -> inspection.similarity("decoder", () -> false))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(LAYER);
      assertThatThrownBy(() -> inspection.similarity(LAYER, () -> false))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("different tensors");
    }
  }

  @Test
  void whoIsToldToStopDoes() throws IOException {
    write("w", StoredType.F32, new float[4], 4);
    try (Inspection inspection = opened()) {
      assertThatThrownBy(() -> inspection.statistics("w", () -> true))
          .isInstanceOf(CancellationException.class);
    }
  }
}
