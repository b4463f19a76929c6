package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.model.TinyModel;
import dev.switchyard.engine.model.Upcycling;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dense model that was made sparse says what the dense one said, times the gates. */
final class UpcycledModelTest {
  private static final ModelConfig DENSE =
      TinyModel.config(Map.of("encoder_sparse_step", 0, "decoder_sparse_step", 0));
  private static final Map<String, ?> EVERY_SECOND =
      Map.of("num_experts", 4, "encoder_sparse_step", 2, "decoder_sparse_step", 2);

  // Some ten products one behind the other, in single precision.
  private static final double ROUNDING = 2e-5;

  @TempDir Path folder;
  private final Backend backend = Backends.open("cpu", ElementType.FLOAT32);

  @AfterEach
  void close() {
    backend.close();
  }

  private Path dense(ModelConfig config) throws IOException {
    Path dense = Files.createDirectory(folder.resolve("dense"));
    try (SwitchTransformer model =
        new SwitchTransformer(config, RoutingConfig.defaults(), backend, 3)) {
      save(model, dense);
    }
    return dense;
  }

  private void save(SwitchTransformer model, Path to) throws IOException {
    TensorFile.save(
        to.resolve(Checkpoint.MODEL),
        backend,
        model.parameters().stream().map(NamedTensor::of).toList());
    Files.write(
        to.resolve(Checkpoint.CONFIG),
        new ModelDescription(model.config(), model.routing(), DataConfig.defaults()).json(1));
  }

  private ModelFolder upcycle(Path dense, Map<String, ?> settings, Map<String, ?> routing) {
    Path out = folder.resolve("sparse");
    UpcycledModel.of(ModelFolder.open(dense), false, settings, TinyModel.routing(routing), 11)
        .write(out);
    return ModelFolder.open(out);
  }

  private SwitchTransformer open(ModelFolder model) {
    SwitchTransformer opened =
        SwitchTransformer.unfilled(
            model.description().model(), model.description().routing(), backend, true);
    model.loadModel(backend, opened.parameters(), opened.buffers());
    return opened;
  }

  private static double apart(float[] some, float[] others) {
    double apart = 0;
    for (int i = 0; i < some.length; i++) {
      apart = Math.max(apart, Math.abs(some[i] - others[i]));
    }
    return apart;
  }

  @Test
  void whereGatesSumToOneItSaysWhatTheDenseModelSaid() throws IOException {
    Path dense = dense(DENSE);
    Map<String, ?> normalised =
        Map.of(
            "selection",
            "top_k",
            "experts_per_token",
            2,
            "renormalise_gates",
            true,
            "eval_capacity_factor",
            8,
            "router_ignore_padding_tokens",
            false);
    try (SwitchTransformer before = open(ModelFolder.open(dense));
        SwitchTransformer after = open(upcycle(dense, EVERY_SECOND, normalised))) {
      assertThat(after.switchLayers()).isEqualTo(2);
      assertThat(apart(after.logits(TinyModel.batch()), before.logits(TinyModel.batch())))
          .isLessThan(ROUNDING);
    }
  }

  @Test
  void withTopOneASwitchLayerGivesTheDenseLayersOutputTimesTheGate() throws IOException {
    Path dense = dense(DENSE);
    Map<String, ?> roomy = Map.of("eval_capacity_factor", 8, "router_ignore_padding_tokens", false);
    try (SwitchTransformer before = open(ModelFolder.open(dense));
        SwitchTransformer after = open(upcycle(dense, EVERY_SECOND, roomy))) {
      // Routers of zeros: every gate is a quarter. So is, in the dense model, the last matrix of
      // the networks that became experts.
      for (Parameter parameter : after.parameters()) {
        if (parameter.name().contains(".router.")) {
          backend.zero(parameter.value());
        }
      }
      for (Parameter parameter : before.parameters()) {
        if (parameter.name().matches(".*\\.block\\.1\\.layer\\.\\d\\.mlp\\.wo\\.weight")) {
          backend.scale(parameter.value(), 0.25);
        }
      }
      Batch batch = TinyModel.batch();
      assertThat(after.trace(batch, null).layers())
          .allSatisfy(layer -> assertThat(layer.gate()[0]).isEqualTo(0.25f));
      assertThat(apart(after.logits(batch), before.logits(batch))).isLessThan(ROUNDING);
    }
  }

  @Test
  void expertsAreCopiesRoutersAreDrawnAndTheRestIsTheSame() throws IOException {
    Path dense = dense(DENSE);
    ModelFolder sparse =
        upcycle(
            dense,
            Map.of("num_experts", 3, "encoder_sparse_layers", "0", "decoder_sparse_step", 0),
            Map.of());
    try (TensorDirectory from = ModelFolder.open(dense).tensors();
        TensorDirectory to = sparse.tensors()) {
      String place = "encoder.block.0.layer.1.mlp.";
      for (int expert = 0; expert < 3; expert++) {
        for (String matrix : new String[] {"wi", "wo"}) {
          assertThat(to.floats(place + "experts.expert_" + expert + "." + matrix + ".weight"))
              .isEqualTo(from.floats(place + matrix + ".weight"));
        }
      }
      float[] router = to.floats(place + "router.classifier.weight");
      assertThat(router).hasSize(3 * DENSE.dModel()).doesNotContain(0);
      assertThat(Arrays.copyOf(router, 6)).isNotEqualTo(Arrays.copyOfRange(router, 6, 12));
      assertThat(to.tensors()).hasSize(from.tensors().size() - 2 + 1 + 2 * 3);
      from.tensors().keySet().stream()
          .filter(name -> !name.startsWith(place))
          .forEach(name -> assertThat(to.floats(name)).isEqualTo(from.floats(name)));
    }
  }

  @Test
  void itTrainsOn() throws IOException {
    try (SwitchTransformer model = open(upcycle(dense(DENSE), EVERY_SECOND, Map.of()))) {
      model.zeroGradients();
      assertThat(model.forwardBackward(TinyModel.batch(), 1, 1).isFinite()).isTrue();
      assertThat(model.firstGradientNotFinite()).isEmpty();
    }
  }

  @Test
  void routersOfBitsAreDrawnToo() throws IOException {
    try (SwitchTransformer model =
        open(upcycle(dense(DENSE), EVERY_SECOND, Map.of("selection", "tree")))) {
      assertThat(model.evaluate(TinyModel.batch()).isFinite()).isTrue();
    }
  }

  @Test
  void theTwinBesideAModelCanBeTaken() throws IOException {
    ModelConfig sparse = TinyModel.config(Map.of());
    Path run = dense(sparse);
    try (SwitchTransformer twin =
        new SwitchTransformer(sparse.denseTwin(), RoutingConfig.defaults(), backend, 3)) {
      TensorFile.save(
          run.resolve(Checkpoint.TWIN),
          backend,
          twin.parameters().stream().map(NamedTensor::of).toList());
    }
    Path out = folder.resolve("sparse");
    UpcycledModel.of(ModelFolder.open(run), true, EVERY_SECOND, TinyModel.routing(Map.of()), 11)
        .write(out);
    try (SwitchTransformer model = open(ModelFolder.open(out))) {
      assertThat(model.config().numExperts()).isEqualTo(4);
      assertThat(model.config().dense()).isFalse();
      assertThat(model.switchLayers()).isEqualTo(2);
    }
  }

  @Test
  void whatIsNotDenseOrWouldNotBecomeSparseIsRefused() throws IOException {
    ModelFolder sparse = ModelFolder.open(dense(TinyModel.config(Map.of())));
    assertThatThrownBy(
            () -> UpcycledModel.of(sparse, false, EVERY_SECOND, RoutingConfig.defaults(), 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has Switch layers already");
    assertThatThrownBy(
            () ->
                UpcycledModel.of(
                    sparse,
                    true,
                    Map.of("encoder_sparse_step", 0, "decoder_sparse_step", 0),
                    RoutingConfig.defaults(),
                    1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("No block would be sparse");
    assertThatThrownBy(
            () -> UpcycledModel.of(sparse, true, Map.of("d_ff", 16), RoutingConfig.defaults(), 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("d_ff is the dense model's own");
    ModelConfig shared =
        SettingsRecord.with(TinyModel.config(Map.of()), Map.of("shared_expert_d_ff", 3));
    assertThatThrownBy(() -> Upcycling.of(shared.denseTwin(), EVERY_SECOND, false, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("plain feed-forward layers");
  }

  @Test
  void aFolderThatHoldsSomethingIsLeftAsItIs() throws IOException {
    Path dense = dense(DENSE);
    Files.writeString(Files.createDirectory(folder.resolve("sparse")).resolve("mine"), "mine");
    assertThatThrownBy(() -> upcycle(dense, EVERY_SECOND, Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not empty");
    assertThat(folder.resolve("sparse").resolve("mine")).hasContent("mine");
  }
}
