package dev.switchyard.engine.train;

import dev.switchyard.engine.observe.Answers;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.LanguageQuality;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** An evaluation as an event of a run's history: a line for people, and figures by name. */
final class EvaluationFigures {
  private EvaluationFigures() {}

  /** Numbers only; those of languages are named after them, such as speed_up.en. */
  static Map<String, Double> of(Evaluation evaluation) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("cross_entropy", evaluation.model().crossEntropy());
    figures.put("load_balancing_loss", evaluation.model().loadBalancingLoss());
    figures.put("dropped_fraction", evaluation.model().droppedFraction());
    if (evaluation.twin() != null) {
      figures.put("twin_cross_entropy", evaluation.twin().crossEntropy());
    }
    if (evaluation.distillation() != null) {
      figures.put("teacher_cross_entropy", evaluation.distillation().teacherCrossEntropy());
      figures.put("gain_share", evaluation.distillation().gainShare());
      figures.put("compression", evaluation.distillation().compression());
    }
    add(figures, "", evaluation.answers());
    add(figures, "twin_", evaluation.twinAnswers());
    for (LanguageQuality language : evaluation.languages()) {
      figures.put("cross_entropy." + language.language(), language.crossEntropy());
      figures.put("twin_cross_entropy." + language.language(), language.twinCrossEntropy());
      figures.put("speed_up." + language.language(), language.speedUp());
    }
    meanSpeedUp(evaluation).ifPresent(mean -> figures.put("mean_speed_up", mean));
    figures.values().removeIf(figure -> !Double.isFinite(figure));
    return figures;
  }

  private static void add(Map<String, Double> figures, String whose, Answers answers) {
    if (answers != null) {
      figures.put(whose + "exact_match", answers.exactMatch());
      figures.put(whose + "token_accuracy", answers.tokenAccuracy());
      figures.put(whose + "rouge_2", answers.rouge2());
    }
  }

  private static OptionalDouble meanSpeedUp(Evaluation evaluation) {
    return evaluation.languages().stream()
        .mapToDouble(LanguageQuality::speedUp)
        .filter(Double::isFinite)
        .average();
  }

  static String text(long step, Evaluation evaluation) {
    StringBuilder text = new StringBuilder();
    text.append(
        format("Step %,d: held-out cross entropy %.3f", step, evaluation.model().crossEntropy()));
    if (evaluation.twin() != null) {
      text.append(format(", twin %.3f", evaluation.twin().crossEntropy()));
    }
    if (evaluation.distillation() != null) {
      text.append(format(", teacher %.3f", evaluation.distillation().teacherCrossEntropy()));
      double kept = evaluation.distillation().gainShare();
      text.append(
          Double.isNaN(kept) ? "" : format("; keeps %.1f%% of the teacher's gain", 100 * kept));
    }
    if (evaluation.answers() != null) {
      text.append("; ").append(text(evaluation.answers()));
    }
    if (evaluation.twinAnswers() != null) {
      text.append("; twin ").append(text(evaluation.twinAnswers()));
    }
    if (!evaluation.languages().isEmpty()) {
      text.append("; ").append(evaluation.languages().size()).append(" languages");
      meanSpeedUp(evaluation).ifPresent(mean -> text.append(format(", mean speed-up %.2f", mean)));
    }
    return text.toString();
  }

  private static String text(Answers answers) {
    String text =
        format(
            "exact match %.1f%%, token accuracy %.1f%%",
            100 * answers.exactMatch(), 100 * answers.tokenAccuracy());
    return Double.isNaN(answers.rouge2())
        ? text
        : text + format(", ROUGE-2 %.1f%%", 100 * answers.rouge2());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
