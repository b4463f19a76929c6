package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.microscope.ModelMicroscope;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.TensorDirectory;
import dev.switchyard.engine.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run and its checkpoints are models that open without the run, as Hugging Face lays them out.
 */
@Timeout(120)
final class CheckpointIsAModelTest {
  private static final Microscope.Request REQUEST = Microscope.Request.of("the yard sorts");

  @TempDir Path folder;
  private Path run;
  private Path checkpoint;
  private RunConfig config;
  private RoutingTrace inTheRun;

  @BeforeEach
  void trainAFewSteps() throws Exception {
    run = folder.resolve("run");
    checkpoint = run.resolve("checkpoints/step-3");
    config = TinyRun.config(TinyRun.text(folder), "steps", 3, "capacity_factor", 1.5);
    try (TrainingRun training = TrainingRuns.create(config, run);
        Microscope microscope = training.microscope()) {
      training.start();
      training.await();
      inTheRun = microscope.route(REQUEST).get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void runAndCheckpointOpenAsTheModelThatWasTrained() {
    for (Path path : new Path[] {run, checkpoint}) {
      ModelFolder opened = ModelFolder.open(path);
      assertThat(opened.path()).isEqualTo(checkpoint);
      assertThat(opened.description().routing()).isEqualTo(config.routing());
      assertThat(opened.tokenizer()).isEqualTo("bytes");
      assertThat(route(opened, false))
          .usingRecursiveComparison()
          .ignoringFields("milliseconds")
          .isEqualTo(inTheRun);
    }
  }

  @Test
  void selectionBiasesAreKeptWhereTheyAreInUse() throws Exception {
    Path biased = folder.resolve("biased");
    RoutingTrace there;
    try (TrainingRun training =
            TrainingRuns.create(
                TinyRun.config(TinyRun.text(folder), "steps", 3, "router_bias_update_rate", 0.2),
                biased);
        Microscope microscope = training.microscope()) {
      training.start();
      training.await();
      there = microscope.route(REQUEST).get(1, TimeUnit.MINUTES);
    }
    String name = "encoder.block.1.layer.1.mlp.router.selection_bias";
    try (TensorDirectory tensors = ModelFolder.open(biased).tensors();
        TensorDirectory others = ModelFolder.open(run).tensors()) {
      assertThat(tensors.tensors()).containsKey(name);
      assertThat(others.tensors()).doesNotContainKey(name);
    }
    assertThat(route(ModelFolder.open(biased), false))
        .usingRecursiveComparison()
        .ignoringFields("milliseconds")
        .isEqualTo(there);
  }

  @Test
  void theTwinOpensToo() {
    ModelFolder opened = ModelFolder.open(run);
    assertThat(opened.hasTwin()).isTrue();
    assertThat(route(opened, true).layers()).isEmpty();
  }

  @Test
  void withoutItsTrainingStateItIsStillAModel() throws IOException {
    Files.delete(checkpoint.resolve("state.json"));
    Files.delete(checkpoint.resolve("optimizer.safetensors"));
    assertThat(route(ModelFolder.open(checkpoint), false).crossEntropy())
        .isEqualTo(inTheRun.crossEntropy());
  }

  @Test
  void theConfigurationIsThatOfHuggingFaceWithOurSettingsBeside() throws IOException {
    JsonNode json = new ObjectMapper().readTree(checkpoint.resolve("config.json").toFile());
    assertThat(json.path("model_type").asText()).isEqualTo("switch_transformers");
    assertThat(json.path("architectures").get(0).asText())
        .isEqualTo("SwitchTransformersForConditionalGeneration");
    assertThat(json.path("d_model").asInt()).isEqualTo(32);
    assertThat(json.path("num_sparse_encoder_layers").asInt()).isEqualTo(1);
    assertThat(json.path("num_experts").asInt()).isEqualTo(4);
    assertThat(json.path("capacity_factor").asDouble()).isEqualTo(1.5);
    assertThat(json.path("tokenizer").asText()).isEqualTo("bytes");
  }

  @Test
  void missingCutAndForeignFilesAreNamed() throws IOException {
    Path weights = checkpoint.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
    assertRefused(checkpoint, "model.safetensors", "cut");
    Files.delete(weights);
    assertRefused(checkpoint, "model.safetensors", "not there");
    Files.write(weights, whole);
    Path config = checkpoint.resolve("config.json");
    Path kept = folder.resolve("kept");
    Files.copy(config, kept);

    // Without a state there is nothing to compare with: the files must speak for themselves.
    Files.delete(checkpoint.resolve("state.json"));
    Files.writeString(config, Files.readString(kept).replace("switch_transformers", "llama"));
    assertRefused(checkpoint, "config.json", "\"llama\"");
    Files.writeString(config, "{");
    assertRefused(checkpoint, "config.json", "not JSON");
    Files.writeString(
        config, Files.readString(kept).replace("\"d_model\" : 32", "\"d_model\" : -1"));
    assertRefused(checkpoint, "config.json", "d_model");
    Files.copy(kept, config, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        checkpoint.resolve("twin.safetensors"), weights, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> route(ModelFolder.open(checkpoint), false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("has no tensor encoder.block.1");
    Files.delete(config);
    assertRefused(checkpoint, "step-3", "has no config.json");
    assertRefused(folder.resolve("none"), "There is no model");
  }

  private static void assertRefused(Path path, String... said) {
    assertThatThrownBy(() -> ModelFolder.open(path))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(said)
        .hasMessageNotContaining("\n");
  }

  private static RoutingTrace route(ModelFolder folder, boolean twin) {
    var shape = folder.description().model();
    try (Backend backend = Backends.open("cpu", ElementType.FLOAT32);
        SwitchTransformer model =
            SwitchTransformer.unfilled(
                twin ? shape.denseTwin() : shape, folder.description().routing(), backend, false);
        var tokenizer = Tokenizers.open(folder.tokenizer())) {
      if (twin) {
        folder.loadTwin(backend, model.parameters());
      } else {
        folder.loadModel(backend, model.parameters(), model.buffers());
      }
      return ModelMicroscope.route(model, tokenizer, REQUEST).getFirst();
    }
  }
}
