package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A text and settings so small that a step takes milliseconds, with all that is random switched on.
 */
final class TinyRun {
  private TinyRun() {}

  /** Sentences of a small grammar: enough order to be learnt in a few steps. */
  static Path text(Path folder) {
    Path file = folder.resolve("text.txt");
    Random random = new Random(3);
    String[] subjects = {"the signal", "a wagon", "the yard", "every switch"};
    String[] verbs = {"waits for", "passes", "follows", "sorts"};
    String[] objects = {"the train", "a track", "the load", "one engine"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append(subjects[random.nextInt(4)])
          .append(' ')
          .append(verbs[random.nextInt(4)])
          .append(' ')
          .append(objects[random.nextInt(4)])
          .append(i % 8 == 7 ? ".\n\n" : ". ");
    }
    try {
      return Files.exists(file) ? file : Files.writeString(file, text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Settings, some replaced: name, value, name, value. */
  static RunConfig config(Path text, Object... changes) {
    Map<String, Object> values = new HashMap<>();
    values.put("data", List.of(text.toString()));
    values.put("d_model", 32);
    values.put("d_kv", 8);
    values.put("d_ff", 64);
    values.put("num_heads", 4);
    values.put("num_layers", 2);
    values.put("num_decoder_layers", 2);
    values.put("num_experts", 4);
    values.put("dropout_rate", 0.1);
    values.put("expert_dropout_rate", 0.2);
    values.put("router_jitter_noise", 0.01);
    values.put("input_length", 32);
    values.put("eval_fraction", 0.2);
    values.put("shuffle_rows", 16);
    values.put("batch_size", 4);
    values.put("steps", 12);
    values.put("warmup_steps", 4);
    values.put("learning_rate", 0.01);
    values.put("checkpoint_every", 5);
    values.put("eval_every", 4);
    values.put("eval_batches", 2);
    values.put("twin", true);
    values.put("backend", "cpu");
    for (int i = 0; i < changes.length; i += 2) {
      values.put((String) changes[i], changes[i + 1]);
    }
    return RunConfig.defaults().with(values);
  }

  /** A report without what depends on the clock: the rest must be the same, bit for bit. */
  static StepReport timeless(StepReport report) {
    return new StepReport(
        report.step(),
        report.learningRate(),
        timeless(report.model()),
        report.twin() == null ? null : timeless(report.twin()),
        report.evaluation() == null ? null : timeless(report.evaluation()));
  }

  private static Evaluation timeless(Evaluation evaluation) {
    return new Evaluation(
        evaluation.text(),
        evaluation.batches(),
        timeless(evaluation.model()),
        evaluation.twin() == null ? null : timeless(evaluation.twin()),
        evaluation.answers(),
        evaluation.twinAnswers(),
        evaluation.languages(),
        evaluation.distillation());
  }

  static ModelReport timeless(ModelReport model) {
    return new ModelReport(
        model.tokens(),
        0,
        model.loss(),
        model.crossEntropy(),
        model.loadBalancingLoss(),
        model.zLoss(),
        model.outputZLoss(),
        model.droppedFraction(),
        Double.isNaN(model.gradientNorm()) ? 0 : model.gradientNorm(),
        0,
        model.layers(),
        model.updateRatios());
  }
}
