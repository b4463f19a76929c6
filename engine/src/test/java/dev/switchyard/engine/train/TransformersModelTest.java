package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.store.TensorDirectory;
import dev.switchyard.engine.store.huggingface.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model that transformers made is trained on: from its folder, or from a run made of it. */
@Timeout(120)
final class TransformersModelTest {
  private static final String TOKENIZER =
      """
      {"added_tokens": [
         {"id": 0, "content": "<pad>", "special": true, "single_word": false, "lstrip": false,
          "rstrip": false, "normalized": false},
         {"id": 1, "content": "</s>", "special": true, "single_word": false, "lstrip": false,
          "rstrip": false, "normalized": false}],
       "pre_tokenizer": {"type": "Whitespace"},
       "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab":
         {"<pad>": 0, "</s>": 1, "<unk>": 2, "wagon": 3, "on": 4, "a": 5, "track": 6, "the": 7,
          "waits": 8, "for": 9}}}
      """;

  @TempDir Path folder;
  private Path model;
  private Map<String, Object> settings;

  @BeforeEach
  void aFolderWithATokenizer() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    Path fixture = Fixtures.folder("second-layers-tied");
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(fixture.resolve(file), model.resolve(file));
    }
    Files.writeString(model.resolve("tokenizer.json"), TOKENIZER);
    Path text =
        Files.writeString(
            folder.resolve("text.txt"),
            "the wagon waits for a track\n\nwagon on track\n\n".repeat(90));
    settings =
        Map.of(
            "data", List.of(text.toString()),
            "objective", "prefix_language_model",
            "input_length", 8,
            "target_length", 0,
            "batch_size", 4,
            "eval_every", 0,
            "backend", "cpu",
            "steps", 3);
  }

  private static Map<String, String> weights(Path folder) {
    Map<String, String> sums = new TreeMap<>();
    try (TensorDirectory tensors = TensorDirectory.open(folder)) {
      tensors.tensors().keySet().forEach(name -> sums.put(name, tensors.checksum(name)));
    }
    return sums;
  }

  private static void finish(TrainingRun run) throws InterruptedException {
    try (run) {
      run.start();
      assertThat(run.await()).as(run.failure().orElse("")).isEqualTo(RunState.FINISHED);
      assertThat(run.reports()).hasSize(3).allMatch(r -> Double.isFinite(r.model().loss()));
    }
  }

  @Test
  void aRunStartsWithItsWeights() throws Exception {
    RunConfig config = StartingModel.open(model).settings(RunConfig.defaults()).with(settings);
    Path run = folder.resolve("run");
    finish(TrainingRuns.create(config, run));
    assertThat(weights(run.resolve("checkpoints/step-0")))
        .containsAllEntriesOf(weights(model))
        .isNotEqualTo(weights(run.resolve("checkpoints/step-3")));
  }

  @Test
  void whatWasImportedGoesOnAsARunThatStopped() throws Exception {
    Path run = folder.resolve("run");
    importTo(run, settings);
    assertThat(RunHistory.state(run, RunHistory.events(run))).isEqualTo("stopped");
    assertThat(RunHistory.reports(run)).isEmpty();
    Path start = run.resolve("checkpoints/step-0");
    assertThat(weights(start)).isEqualTo(weights(model));
    assertThat(start.resolve("tokenizer.json")).hasContent(TOKENIZER);
    assertThat(RunFolder.section(run, RunFolder.read(run), "provenance")).containsKey("from");

    Files.move(model, folder.resolve("elsewhere"));
    finish(TrainingRuns.reopen(run, null));
    assertThat(weights(run.resolve("checkpoints/step-3"))).isNotEqualTo(weights(start));
    try (TrainingRun again = TrainingRuns.reopen(run, 4L)) {
      assertThat(again.step()).isEqualTo(3);
    }
  }

  @Test
  void theSameStepsAreDoneFromTheFolderAndFromTheImport() throws Exception {
    RunConfig config = StartingModel.open(model).settings(RunConfig.defaults()).with(settings);
    Path direct = folder.resolve("direct");
    finish(TrainingRuns.create(config, direct));
    Path imported = folder.resolve("imported");
    importTo(imported, settings);
    finish(TrainingRuns.reopen(imported, null));
    assertThat(weights(imported.resolve("checkpoints/step-3")))
        .isEqualTo(weights(direct.resolve("checkpoints/step-3")));
  }

  @Test
  void withoutTextThereIsNothingToGoOnWith() {
    Path run = folder.resolve("run");
    importTo(run, Map.of());
    assertThatThrownBy(() -> TrainingRuns.reopen(run, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("imported without text");
  }

  private void importTo(Path run, Map<String, Object> changes) {
    try (ImportedRun imported = ImportedRun.of(model)) {
      imported.write(imported.settings(RunConfig.defaults()).with(changes), run, share -> {});
    }
  }
}
