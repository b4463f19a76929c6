package dev.switchyard.engine.store.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.CheckpointParts;
import dev.switchyard.engine.store.Checkpoints;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.ModelFolder;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.TensorDirectory;
import dev.switchyard.engine.store.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model goes from transformers to us and back, and nothing is lost, added or renamed. */
final class ExchangeTest {
  private static final long LARGE = 1L << 40;

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "second-layers-tied",
        "every-layer-untied",
        "sharded-bfloat16",
        "dense",
        "dense-gated"
      })
  void whatWasImportedIsExportedAsItCame(String fixture) {
    Path original = Fixtures.folder(fixture);
    Path ours = imported(original);
    Path back = temporary.resolve("back");
    ModelFolder imported = ModelFolder.open(ours);
    assertThat(imported.isForeign()).isFalse();
    new HuggingFaceExport(imported, null, null, LARGE).write(back, share -> {});

    Map<String, String> came = checksums(original);
    Map<String, String> went = checksums(back);
    assertThat(went.keySet()).isEqualTo(came.keySet());
    if (!imported.description().model().shareEmbeddings()) {
      // Where each stack has a table of its own, nobody reads the shared one.
      went.put(HuggingFaceNames.SHARED, came.get(HuggingFaceNames.SHARED));
    }
    assertThat(went).isEqualTo(came);
    ModelFolder foreign = ModelFolder.open(back);
    ModelFolder first = ModelFolder.open(original);
    assertThat(foreign.isForeign()).isTrue();
    assertThat(foreign.description().model()).isEqualTo(first.description().model());
    assertThat(foreign.description().routing()).isEqualTo(first.description().routing());
  }

  @Test
  void untiedModelsBringATableForEachStack() {
    Path out = temporary.resolve("out");
    new HuggingFaceExport(ModelFolder.open(Fixtures.folder("shared-untied")), null, null, LARGE)
        .write(out, share -> {});
    Map<String, String> sums = checksums(out);
    assertThat(sums.get(HuggingFaceNames.ENCODER)).isEqualTo(sums.get(HuggingFaceNames.SHARED));
    assertThat(sums.get(HuggingFaceNames.DECODER)).isEqualTo(sums.get(HuggingFaceNames.SHARED));

    Path ours = imported(out);
    assertThat(ModelFolder.open(ours).description().model().shareEmbeddings())
        .as("three equal tables are one again")
        .isTrue();
    assertThat(checksums(ours)).doesNotContainKey(HuggingFaceNames.ENCODER);
  }

  @ParameterizedTest
  @CsvSource({"BF16, 4e-3", "F16, 5e-4", "F32, 0"})
  void weightsAreRoundedToTheTypeAskedFor(StoredType type, double share) {
    Path out = temporary.resolve("out");
    Path original = Fixtures.folder("second-layers-tied");
    new HuggingFaceExport(ModelFolder.open(original), null, type, LARGE).write(out, written -> {});
    try (TensorDirectory before = TensorDirectory.open(original);
        TensorDirectory after = TensorDirectory.open(out)) {
      for (String name : before.tensors().keySet()) {
        assertThat(after.tensor(name).type()).isEqualTo(type);
        float[] exact = before.floats(name);
        float[] rounded = after.floats(name);
        for (int i = 0; i < exact.length; i++) {
          assertThat(Math.abs(rounded[i] - exact[i]))
              .isLessThanOrEqualTo((float) (share * Math.abs(exact[i]) + 1e-7 * share));
        }
      }
    }
  }

  @Test
  void largeModelsAreWrittenInSeveralFiles() throws IOException {
    Path out = temporary.resolve("out");
    Path original = Fixtures.folder("second-layers-tied");
    new HuggingFaceExport(ModelFolder.open(original), null, null, 5_000).write(out, share -> {});
    assertThat(out.resolve(TensorDirectory.SINGLE)).doesNotExist();
    assertThat(checksums(out)).isEqualTo(checksums(original));
    Set<Path> files = new TreeSet<>();
    try (TensorDirectory tensors = TensorDirectory.open(out)) {
      for (String name : tensors.tensors().keySet()) {
        files.add(tensors.fileOf(name));
      }
    }
    assertThat(files).hasSizeGreaterThan(3);
    for (Path file : files) {
      try (TensorDirectory one = TensorDirectory.of(file)) {
        assertThat(one.bytes()).isLessThanOrEqualTo(5_000);
      }
    }
  }

  @Test
  void whatTheLibraryHasNoPlaceForIsRefusedAndLeavesNothing() throws IOException {
    assertRefused(Map.of("is_encoder_decoder", false), "a decoder alone");
    assertRefused(Map.of("feed_forward_proj", "gated-gelu"), "gated experts");
    assertRefused(Map.of("shared_expert_d_ff", 8), "a shared expert");
    assertRefused(Map.of("switch_attention", "linear"), "Switch layers in attention");
    assertRefused(Map.of("num_layers", 4, "encoder_sparse_layers", "0,3"), "at places of its own");
    assertThatThrownBy(() -> HuggingFaceImport.open(ModelFolder.open(described(Map.of()))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("already");
  }

  @Test
  void rowsKeepTheLengthThatTheirCapacityIsFor() throws IOException {
    Path fixture = Fixtures.folder("second-layers-tied");
    assertThat(ModelFolder.open(fixture).description().data().inputLength()).isEqualTo(512);
    Path folder = Files.createDirectory(temporary.resolve("shorter"));
    Files.copy(fixture.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    String config = Files.readString(fixture.resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"), config.replaceFirst("\\{", "{\"n_positions\": 40,"));
    Path out = temporary.resolve("out");
    new HuggingFaceExport(ModelFolder.open(folder), null, null, LARGE).write(out, done -> {});
    DataConfig data = ModelFolder.open(out).description().data();
    assertThat(data.inputLength()).isEqualTo(40);
    assertThat(data.targetLength()).as("what the objective needs").isZero();
  }

  @Test
  void whatTheLibraryWillDoOtherwiseIsSaid() throws IOException {
    assertThat(differences(described(Map.of()), null)).as("imported from there").isEmpty();
    assertThat(differences(described(Map.of()), 7))
        .singleElement()
        .asString()
        .contains("expert_capacity is 7 there");
    Map<String, Object> ours =
        Map.of("capacity_rule", "mesh_tensorflow", "router_ignore_padding_tokens", true);
    assertThat(differences(described(Map.of(), ours), 9))
        .satisfiesExactly(
            padding -> assertThat(padding).startsWith("Padding is routed there"),
            rule ->
                assertThat(rule)
                    .contains("becomes hugging_face", "room for 9 tokens", "mesh_tensorflow"));
    assertThat(differences(Fixtures.folder("dense"), null)).as("no experts").isEmpty();
  }

  private static List<String> differences(Path model, Integer capacity) {
    return new HuggingFaceExport(ModelFolder.open(model), capacity, null, LARGE).differences();
  }

  /** A checkpoint of ours with the model of a folder of transformers. */
  private Path imported(Path folder) {
    try (HuggingFaceImport model = HuggingFaceImport.open(ModelFolder.open(folder))) {
      CheckpointParts parts = new CheckpointParts(new TrainingState(0, 0, 0, 0, null));
      return new Checkpoints(temporary.resolve("ours"))
          .write(model.addTo(parts, model.description(), share -> {}));
    }
  }

  private void assertRefused(Map<String, Object> change, String why) throws IOException {
    ModelFolder model = ModelFolder.open(described(change));
    Path out = temporary.resolve("refused");
    assertThatThrownBy(
            () -> new HuggingFaceExport(model, null, null, LARGE).write(out, share -> {}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(why)
        .hasMessageContaining(model.path().toString());
    assertThat(out).doesNotExist();
  }

  /** A model folder of ours, with another configuration. */
  private Path described(Map<String, Object> change) throws IOException {
    return described(change, Map.of());
  }

  private Path described(Map<String, Object> change, Map<String, Object> ofRouting)
      throws IOException {
    Path folder = Files.createTempDirectory(temporary, "model");
    ModelDescription description =
        ModelFolder.open(Fixtures.folder("second-layers-tied")).description();
    ModelConfig model = SettingsRecord.with(description.model(), change);
    Files.write(
        folder.resolve(Checkpoint.CONFIG),
        new ModelDescription(
                model, SettingsRecord.with(description.routing(), ofRouting), description.data())
            .json(1));
    return folder;
  }

  private static Map<String, String> checksums(Path folder) {
    Map<String, String> sums = new TreeMap<>();
    try (TensorDirectory tensors = TensorDirectory.open(folder)) {
      tensors.tensors().keySet().forEach(name -> sums.put(name, tensors.checksum(name)));
    }
    return sums;
  }
}
