package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.data.Tokenizers;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that are tested by themselves, in runs from beginning to end. */
@Timeout(180)
final class WholeRunsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"constant", "inverse_square_root", "linear"})
  void theStepsHaveTheLearningRateOfTheSchedule(String schedule) throws Exception {
    LongToDoubleFunction afterWarmup =
        switch (schedule) {
          case "constant" -> step -> 0.01;
          case "linear" -> step -> 0.01 * (12 - step) / (12.0 - 4);
          default -> step -> 0.01 * Math.sqrt(4.0 / step);
        };
    RunConfig config = TinyRun.config(TinyRun.text(folder), "schedule", schedule, "twin", false);
    try (TrainingRun run = TrainingRuns.create(config, folder.resolve("run"))) {
      run.start();
      run.await();
      List<StepReport> reports = run.reports();
      assertThat(reports).hasSize(12);
      for (StepReport report : reports) {
        long step = report.step();
        double expected = step <= 4 ? 0.01 * step / 4 : afterWarmup.applyAsDouble(step);
        assertThat(report.learningRate()).isEqualTo(expected, within(1e-15));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"span_corruption", "prefix_language_model"})
  void everyObjectiveOfAnEncoderIsLearntAndResumed(String objective) throws Exception {
    FineTuningTest.assertResumesBitForBit(
        folder, TinyRun.config(TinyRun.text(folder), "objective", objective));
  }

  @Test
  void aTokenizerOfOnesOwnTrainsFromBeginningToEnd() throws Exception {
    Path tokenizer = Files.writeString(folder.resolve("mine.json"), words());
    RunConfig config =
        TinyRun.config(TinyRun.text(folder), "tokenizer", tokenizer.toString(), "input_length", 16);
    Path run = folder.resolve("run");
    try (TrainingRun training = TrainingRuns.create(config, run)) {
      training.start();
      training.await();
      List<StepReport> reports = training.reports();
      assertThat(reports).hasSize(12);
      assertThat(reports.getLast().model().crossEntropy())
          .isLessThan(reports.getFirst().model().crossEntropy());
    }
    // The run has a copy: it goes on, and opens as a model, without the file.
    Files.delete(tokenizer);
    assertThat(Tokenizers.open(ModelFolder.open(run).tokenizer()).encode("the yard").ids())
        .hasSize(2);
    try (TrainingRun training = TrainingRuns.reopen(run, 14L)) {
      training.start();
      training.await();
      assertThat(training.step()).isEqualTo(14);
    }
  }

  /** A tokenizer of whole words, with the sentinels that span corruption needs. */
  private static String words() {
    StringJoiner vocabulary = new StringJoiner(", ");
    StringJoiner added = new StringJoiner(", ");
    String[] special = {"<pad>", "</s>", "<unk>", "<extra_id_2>", "<extra_id_1>", "<extra_id_0>"};
    String[] words =
        ("the signal a wagon yard every switch waits for passes follows sorts train track load one"
                + " engine .")
            .split(" ");
    int id = 0;
    for (String word : words) {
      vocabulary.add("\"%s\": %d".formatted(word, id + 3));
      id++;
    }
    for (int i = 0; i < special.length; i++) {
      int number = i < 3 ? i : words.length + i;
      vocabulary.add("\"%s\": %d".formatted(special[i], number));
      added.add(
          ("{\"id\": %d, \"content\": \"%s\", \"single_word\": false, \"lstrip\": false,"
                  + " \"rstrip\": false, \"normalized\": false, \"special\": true}")
              .formatted(number, special[i]));
    }
    return """
    {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
     "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
     "decoder": null,
     "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {%s}}}
    """
        .formatted(added, vocabulary);
  }
}
