package dev.switchyard.engine.store.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.BatchFile;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.store.AnswerFile;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.TensorDirectory;
import dev.switchyard.engine.tensor.ElementType;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Folders of transformers give what transformers gives for them: logits, loss, every parameter's
 * gradient, and each token's expert. src/test/oracle/checkpoints.py makes the fixtures.
 */
final class HuggingFaceOracleTest {
  /** The largest differences that are allowed; both sides compute in single precision. */
  private static final double LOGITS = 1e-4;

  private static final double LOSS = 1e-5;
  private static final double GRADIENTS = 1e-3;

  @TempDir Path temporary;

  @ParameterizedTest
  @CsvSource({
    "second-layers-tied, cpu",
    "second-layers-tied, nd4j",
    "every-layer-untied, cpu",
    "every-layer-untied, nd4j",
    "long-inputs, cpu",
    "long-inputs, nd4j",
    "sharded-bfloat16, cpu",
    "copies-float16, cpu",
    "shared-untied, cpu",
    "dense, cpu",
    "dense-gated, cpu"
  })
  void givesWhatTheLibraryGives(String fixture, String backend) {
    Path folder = Fixtures.folder(fixture);
    Path out = temporary.resolve("out.safetensors");
    forward(folder, backend, out);
    try (TensorDirectory given = TensorDirectory.of(out);
        TensorDirectory sought = TensorDirectory.of(folder.resolve("answers.safetensors"))) {
      assertThat(given.tensors().keySet())
          .containsExactlyInAnyOrderElementsOf(sought.tensors().keySet());
      for (String name : sought.tensors().keySet()) {
        assertThat(given.tensor(name).shape()).as(name).isEqualTo(sought.tensor(name).shape());
        compare(name, given, sought);
      }
    }
  }

  private static void compare(String name, TensorDirectory given, TensorDirectory sought) {
    if (sought.tensor(name).type() == StoredType.I64) {
      assertThat(given.checksum(name)).as(name).isEqualTo(sought.checksum(name));
      return;
    }
    float[] numbers = given.floats(name);
    float[] library = sought.floats(name);
    double apart = 0;
    double largest = 0;
    for (int i = 0; i < library.length; i++) {
      apart = Math.max(apart, Math.abs(numbers[i] - library[i]));
      largest = Math.max(largest, Math.abs(library[i]));
    }
    double allowed =
        name.startsWith("grad.")
            ? GRADIENTS * Math.max(largest, 1e-6)
            : name.equals("loss") ? LOSS : LOGITS;
    assertThat(apart).as("%s, whose largest number is %s", name, largest).isLessThan(allowed);
  }

  private static void forward(Path folder, String backend, Path out) {
    ModelFolder stored = ModelFolder.open(folder);
    ModelConfig config = stored.description().model();
    Batch batch = BatchFile.read(folder.resolve("batch.json"), config.vocabSize(), true);
    try (Backend device = Backends.open(backend, ElementType.FLOAT32);
        SwitchTransformer model =
            SwitchTransformer.unfilled(config, stored.description().routing(), device, true);
        ModelFolder.OpenWeights _ =
            stored.openModel(device, model.parameters(), model.buffers(), bytes -> {})) {
      AnswerFile file = new AnswerFile(model.answer(batch, true));
      file.gradients(device, model.parameters(), stored::checkpointName);
      if (!config.shareEmbeddings()) {
        file.zeroGradient("shared.weight", config.vocabSize(), config.dModel());
      }
      file.write(out);
    }
  }
}
