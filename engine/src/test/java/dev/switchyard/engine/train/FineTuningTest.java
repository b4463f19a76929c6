package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.Answers;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model learns to answer pairs, and its answers to held-out ones are marked on the way. */
@Timeout(180)
final class FineTuningTest {
  private static final Map<String, String> ANSWERS =
      Map.of("up", "go up", "down", "go down", "left", "to port", "right", "to starboard");

  @TempDir Path folder;
  private Path pairs;

  @BeforeEach
  void writePairs() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      ANSWERS.forEach((input, target) -> lines.append(input + "\t" + target + "\n"));
    }
    pairs = Files.writeString(folder.resolve("pairs.tsv"), lines);
  }

  private RunConfig config(Object... changes) {
    RunConfig config =
        TinyRun.config(
            pairs,
            "objective",
            "text_to_text",
            "input_length",
            6,
            "target_length",
            14,
            "batch_size",
            8,
            "steps",
            6,
            "eval_every",
            3,
            "eval_batches",
            1);
    for (int i = 0; i < changes.length; i += 2) {
      config = config.with(Map.of((String) changes[i], changes[i + 1]));
    }
    return config;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsLearntIsAnsweredWordForWord(boolean encodes) throws Exception {
    RunConfig config =
        config(
            "is_encoder_decoder",
            encodes,
            "steps",
            150,
            "eval_every",
            50,
            "dropout_rate",
            0,
            "expert_dropout_rate",
            0,
            "twin",
            false);
    try (TrainingRun run = TrainingRuns.create(config, folder.resolve("run"))) {
      run.start();
      run.await();
      List<Evaluation> evaluations =
          run.reports().stream().map(StepReport::evaluation).filter(e -> e != null).toList();
      assertThat(evaluations).hasSize(3);
      Answers last = evaluations.getLast().answers();
      assertThat(last.pairs()).isEqualTo(8);
      assertThat(last.exactMatch()).isEqualTo(1);
      assertThat(last.tokenAccuracy()).isEqualTo(1);
      assertThat(last.rouge2()).isEqualTo(1);
    }
  }

  @Test
  void theRecordTellsOfBothModelsAnswersAndOfWhatWasCut() throws Exception {
    Path run = folder.resolve("run");
    try (TrainingRun training = TrainingRuns.create(config("target_length", 8), run)) {
      training.start();
      training.await();
    }
    List<RunEvent> events = RunHistory.events(run);
    RunEvent data = events.getFirst();
    assertThat(data.kind()).isEqualTo("data");
    // "to starboard" and the end are 13 tokens for 8 places.
    assertThat(data.figures())
        .containsEntry("pairs", 120.0)
        .containsEntry("cut_inputs", 0.0)
        .containsEntry("cut_targets", 30.0);
    assertThat(data.text())
        .contains("30 targets (13: see target_length)", "% of a batch is padding");
    RunEvent evaluation =
        events.stream().filter(e -> e.kind().equals("evaluation")).findFirst().orElseThrow();
    assertThat(evaluation.figures())
        .containsKeys(
            "exact_match", "token_accuracy", "rouge_2", "twin_exact_match", "twin_token_accuracy");
    assertThat(evaluation.text()).contains("exact match", "token accuracy", "ROUGE-2", "; twin ");
    StepReport third = RunHistory.reports(run).get(2);
    assertThat(third.evaluation().answers().exactMatch())
        .isEqualTo(evaluation.figures().get("exact_match"));
    assertThat(RunHistory.line(third)).contains("\"answers\":{\"pairs\":8,\"exact_match\":");
  }

  @Test
  void aModelOfRunningTextGoesOnWithPairs() throws Exception {
    Path text = Files.createDirectory(folder.resolve("text"));
    Path first = folder.resolve("first");
    TrainingRuns.create(TinyRun.config(TinyRun.text(text)), first).close();
    RunConfig tuned = StartingModel.open(first).settings(config()).with(pairSettings());
    try (TrainingRun run = TrainingRuns.create(tuned, folder.resolve("tuned"))) {
      run.start();
      run.await();
      assertThat(run.reports().getLast().evaluation().answers()).isNotNull();
    }
  }

  private Map<String, Object> pairSettings() {
    return Map.of("objective", "text_to_text", "input_length", 6, "target_length", 14);
  }

  @Test
  void resumedItIsTheSameRun() throws Exception {
    assertResumesBitForBit(folder, config());
  }

  /** A run in one go, and one that is stopped and taken up, give the same reports. */
  static void assertResumesBitForBit(Path folder, RunConfig config) throws Exception {
    Path whole = folder.resolve("whole");
    try (TrainingRun run = TrainingRuns.create(config, whole)) {
      run.start();
      run.await();
    }
    Path parted = folder.resolve("parted");
    long steps = config.training().steps();
    // It ends where the whole one evaluates too, or it would have an evaluation more.
    long every = config.training().evalEvery();
    RunConfig half = config.with(Map.of("steps", (steps - 1) / every * every));
    try (TrainingRun run = TrainingRuns.create(half, parted)) {
      run.start();
      run.await();
    }
    try (TrainingRun run = TrainingRuns.reopen(parted, steps)) {
      run.start();
      run.await();
    }
    List<StepReport> expected = RunHistory.reports(whole);
    List<StepReport> actual = RunHistory.reports(parted);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(TinyRun.timeless(actual.get(i)))
          .usingRecursiveComparison()
          .withEqualsForType(Double::equals, Double.class)
          .isEqualTo(TinyRun.timeless(expected.get(i)));
    }
  }
}
