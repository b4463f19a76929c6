package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.FileDigest;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run starts with the weights of a model that is there already, and says so. */
@Timeout(120)
final class StartingModelTest {
  @TempDir Path folder;
  private Path text;
  private Path first;

  @BeforeEach
  void trainAFirstRun() throws Exception {
    text = TinyRun.text(folder);
    first = folder.resolve("first");
    RunConfig config = TinyRun.config(text, "steps", 3, "num_experts", 2, "capacity_factor", 1.5);
    try (TrainingRun run = TrainingRuns.create(config, first)) {
      run.start();
      run.await();
    }
  }

  /** Settings of a run on the text from a model, some replaced: name, value, name, value. */
  private RunConfig from(Path model, Object... changes) {
    RunConfig base = StartingModel.open(model).settings(TinyRun.config(text));
    for (int i = 0; i < changes.length; i += 2) {
      base = base.with(Map.of((String) changes[i], changes[i + 1]));
    }
    return base;
  }

  @Test
  void aRunStartsWithTheWeightsOfBothModelsAndTheirShapeAndRouting() throws IOException {
    RunConfig config = from(first);
    assertThat(config.model().numExperts()).isEqualTo(2);
    assertThat(config.routing().capacityFactor()).isEqualTo(1.5);
    try (TrainingRun run = TrainingRuns.create(config, folder.resolve("second"))) {
      assertThat(run.step()).isZero();
      for (String weights : List.of(Checkpoint.MODEL, Checkpoint.TWIN)) {
        assertThat(bytes("second/checkpoints/step-0", weights))
            .isEqualTo(bytes("first/checkpoints/step-3", weights));
      }
    }
  }

  private byte[] bytes(String checkpoint, String file) throws IOException {
    return Files.readAllBytes(folder.resolve(checkpoint).resolve(file));
  }

  @Test
  void theRunGoesOnLearningFromThereAndItsHistorySaysWhere() throws Exception {
    Path checkpoint = first.resolve("checkpoints/step-3");
    Path second = folder.resolve("second");
    try (TrainingRun run = TrainingRuns.create(from(checkpoint, "steps", 2), second)) {
      run.start();
      run.await();
      assertThat(run.events().getFirst().text()).endsWith("the weights of " + checkpoint);
      assertThat(run.reports()).hasSize(2);
    }
    Map<String, Object> provenance =
        RunFolder.section(second, RunFolder.read(second), "provenance");
    assertThat(provenance.get("from"))
        .isEqualTo(
            Map.of(
                "path",
                checkpoint.toString(),
                "files",
                List.of(
                    digest(checkpoint, Checkpoint.MODEL), digest(checkpoint, Checkpoint.TWIN))));
  }

  private static Map<String, Object> digest(Path checkpoint, String file) {
    Map<String, Object> digest = FileDigest.of(checkpoint.resolve(file)).values();
    digest.computeIfPresent("bytes", (name, bytes) -> ((Long) bytes).intValue());
    return digest;
  }

  @Test
  void onceThereIsACheckpointTheModelIsNotNeededAnyMore() throws Exception {
    Path second = folder.resolve("second");
    TrainingRuns.create(from(first), second).close();
    Files.move(first, folder.resolve("elsewhere"));
    try (TrainingRun run = TrainingRuns.reopen(second, null)) {
      run.singleStep();
      run.stop();
      run.await();
      assertThat(run.step()).isEqualTo(1);
    }
  }

  @Test
  void anotherShapeIsRefusedByTheSettingThatDiffersAndLeavesNothing() {
    Path second = folder.resolve("second");
    assertThatThrownBy(() -> TrainingRuns.create(from(first, "num_experts", 4), second))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("num_experts is 4")
        .hasMessageContaining("has 2");
    assertThat(second).doesNotExist();
  }

  @Test
  void treesDoNotBecomeOthersNorOthersTrees() {
    Path second = folder.resolve("second");
    assertThatThrownBy(() -> TrainingRuns.create(from(first, "selection", "tree"), second))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("selection is tree")
        .hasMessageContaining("has top_1");
    assertThat(second).doesNotExist();
  }

  @Test
  void whoDrawsExpertsDoesNotPassOverTheirBiases() throws Exception {
    Path biased = folder.resolve("biased");
    try (TrainingRun run =
        TrainingRuns.create(
            TinyRun.config(text, "steps", 1, "twin", false, "router_bias_update_rate", 0.1),
            biased)) {
      run.start();
      run.await();
    }
    Path second = folder.resolve("second");
    RunConfig drawing =
        from(biased, "router_bias_update_rate", 0, "twin", false, "exploration", "sample");
    assertThatThrownBy(() -> TrainingRuns.create(drawing, second))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("selection biases")
        .hasMessageContaining("exploration");
    assertThat(second).doesNotExist();
    TrainingRuns.create(drawing.with(Map.of("exploration", "argmax")), second).close();
  }

  @Test
  void aTwinNeedsOneToStartFrom() throws IOException {
    Path checkpoint = first.resolve("checkpoints/step-3");
    for (String file : List.of(Checkpoint.TWIN, Checkpoint.STATE)) {
      Files.delete(checkpoint.resolve(file));
    }
    Path second = folder.resolve("second");
    assertThatThrownBy(() -> TrainingRuns.create(from(checkpoint), second))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no dense twin");
    TrainingRuns.create(from(checkpoint, "twin", false), second).close();
    assertThat(second.resolve("checkpoints/step-0/model.safetensors")).exists();
  }
}
