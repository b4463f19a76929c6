package dev.switchyard.engine.store.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.BatchFile;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.ForwardAnswer;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.ModelFolder.OpenWeights;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a folder of transformers only what a pass uses is read: experts when they get tokens. */
final class ReadOnDemandTest {
  @TempDir Path folder;

  private final Backend backend = Backends.open("cpu", ElementType.FLOAT32);
  private ModelFolder stored;
  private SwitchTransformer model;
  private long bytesRead;

  @BeforeEach
  void open() {
    stored = ModelFolder.open(Fixtures.folder("second-layers-tied"));
    model =
        SwitchTransformer.unfilled(
            stored.description().model(), stored.description().routing(), backend, false);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  private OpenWeights openWeights() {
    return stored.openModel(
        backend, model.parameters(), model.buffers(), bytes -> bytesRead += bytes);
  }

  /** One row of two tokens, and one token to write after them. */
  private Batch few() throws IOException {
    Path file = folder.resolve("batch.json");
    Files.writeString(file, "{\"input_ids\": [[3, 1]], \"labels\": [[5]]}");
    return BatchFile.read(file, stored.description().model().vocabSize(), true);
  }

  @Test
  void openingReadsNothingAndAPassReadsTheExpertsThatGetTokens() throws IOException {
    try (OpenWeights _ = openWeights()) {
      assertThat(bytesRead).isZero();
      assertThat(model.parameters()).allSatisfy(p -> assertThat(isThere(p.place())).isFalse());
      ForwardAnswer answer = model.answer(few(), false);
      int unread = 0;
      for (Parameter parameter : model.parameters()) {
        if (parameter.isExpert()) {
          BitSet withTokens = withTokens(parameter, answer.layers());
          for (int expert = 0; expert < parameter.names().size(); expert++) {
            assertThat(isThere(parameter.place().part(expert, expert + 1)))
                .as(parameter.names().get(expert))
                .isEqualTo(withTokens.get(expert));
            unread += withTokens.get(expert) ? 0 : 1;
          }
        } else {
          assertThat(isThere(parameter.place())).as(parameter.name()).isTrue();
        }
      }
      assertThat(unread).as("experts that nobody asked").isPositive();
      assertThat(bytesRead).isLessThan(Float.BYTES * model.parameterCount());
    }
  }

  private boolean isThere(Tensor tensor) {
    float[] numbers = backend.floats(tensor);
    for (float number : numbers) {
      if (number != 0) {
        return true;
      }
    }
    return false;
  }

  /** The experts of the parameter's layer that tokens were sent to. */
  private static BitSet withTokens(Parameter parameter, List<LayerRouting> layers) {
    BitSet experts = new BitSet();
    LayerRouting layer =
        layers.stream()
            .filter(each -> parameter.names().getFirst().startsWith(each.name() + "."))
            .findFirst()
            .orElseThrow();
    for (int token = 0; token < layer.expert().length; token++) {
      if (layer.kept()[token]) {
        experts.set(layer.expert()[token]);
      }
    }
    return experts;
  }

  @Test
  void whoeverAsksForTheWeightsGetsAllOfThem() throws IOException {
    float[] some;
    try (OpenWeights _ = openWeights()) {
      some = model.answer(few(), false).logits();
      for (Parameter parameter : model.parameters()) {
        Tensor all = parameter.value();
        for (int i = 0; parameter.isExpert() && i < all.length(0); i++) {
          assertThat(isThere(all.part(i, i + 1))).as(parameter.names().get(i)).isTrue();
        }
      }
      assertThat(bytesRead).isEqualTo(Float.BYTES * model.parameterCount());
      assertThat(model.answer(few(), false).logits()).isEqualTo(some);
      assertThat(bytesRead).as("nothing twice").isEqualTo(Float.BYTES * model.parameterCount());
    }
  }

  @Test
  void whatCanNotBeReadIsSaidAndReadTheNextTime() throws IOException {
    boolean[] full = {true};
    try (OpenWeights _ =
        stored.openModel(
            backend,
            model.parameters(),
            model.buffers(),
            bytes -> {
              if (full[0]) {
                throw new InputException("There is no memory left.");
              }
            })) {
      Batch batch = few();
      assertThatThrownBy(() -> model.answer(batch, false)).isInstanceOf(InputException.class);
      full[0] = false;
      float[] late = model.answer(batch, false).logits();
      stored.loadModel(backend, model.parameters(), model.buffers());
      assertThat(late).isEqualTo(model.answer(batch, false).logits());
    }
  }
}
