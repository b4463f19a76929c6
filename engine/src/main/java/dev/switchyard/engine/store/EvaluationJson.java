package dev.switchyard.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.switchyard.engine.observe.Answers;
import dev.switchyard.engine.observe.Distillation;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.LanguageQuality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluations as JSON, and back. What is not known (no number) is left out. */
final class EvaluationJson {
  private EvaluationJson() {}

  static Map<String, Object> of(Evaluation evaluation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", evaluation.text());
    json.put("batches", evaluation.batches());
    json.put("model", known(ReportJson.figures(evaluation.model())));
    if (evaluation.twin() != null) {
      json.put("twin", known(ReportJson.figures(evaluation.twin())));
    }
    if (evaluation.answers() != null) {
      json.put("answers", answers(evaluation.answers()));
    }
    if (evaluation.twinAnswers() != null) {
      json.put("twin_answers", answers(evaluation.twinAnswers()));
    }
    if (!evaluation.languages().isEmpty()) {
      Map<String, Object> languages = new LinkedHashMap<>();
      evaluation.languages().forEach(each -> languages.put(each.language(), language(each)));
      json.put("languages", languages);
    }
    if (evaluation.distillation() != null) {
      json.put("distillation", distillation(evaluation.distillation()));
    }
    return json;
  }

  private static Map<String, Object> distillation(Distillation distillation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("teacher_cross_entropy", distillation.teacherCrossEntropy());
    json.put("teacher_parameters", distillation.teacherParameters());
    json.put("gain_share", distillation.gainShare());
    json.put("compression", distillation.compression());
    return known(json);
  }

  private static Map<String, Object> answers(Answers answers) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pairs", answers.pairs());
    json.put("exact_match", answers.exactMatch());
    json.put("token_accuracy", answers.tokenAccuracy());
    json.put("rouge_2", answers.rouge2());
    return known(json);
  }

  private static Map<String, Object> language(LanguageQuality language) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("share", language.share());
    json.put("cross_entropy", language.crossEntropy());
    json.put("twin_cross_entropy", language.twinCrossEntropy());
    json.put("speed_up", language.speedUp());
    return known(json);
  }

  private static Map<String, Object> known(Map<String, Object> json) {
    json.values().removeIf(value -> value instanceof Double number && !Double.isFinite(number));
    return json;
  }

  static Evaluation evaluation(JsonNode json) {
    List<LanguageQuality> languages = new ArrayList<>();
    json.path("languages")
        .properties()
        .forEach(each -> languages.add(language(each.getKey(), each.getValue())));
    return new Evaluation(
        json.path("text").asText(),
        json.path("batches").asLong(),
        ReportJson.model(json.path("model")),
        json.has("twin") ? ReportJson.model(json.path("twin")) : null,
        json.has("answers") ? answers(json.path("answers")) : null,
        json.has("twin_answers") ? answers(json.path("twin_answers")) : null,
        List.copyOf(languages),
        json.has("distillation") ? distillation(json.path("distillation")) : null);
  }

  private static Distillation distillation(JsonNode json) {
    return new Distillation(
        json.path("teacher_cross_entropy").asDouble(Double.NaN),
        json.path("teacher_parameters").asLong(),
        json.path("gain_share").asDouble(Double.NaN),
        json.path("compression").asDouble(Double.NaN));
  }

  private static Answers answers(JsonNode json) {
    return new Answers(
        json.path("pairs").asLong(),
        json.path("exact_match").asDouble(Double.NaN),
        json.path("token_accuracy").asDouble(Double.NaN),
        json.path("rouge_2").asDouble(Double.NaN));
  }

  private static LanguageQuality language(String name, JsonNode json) {
    return new LanguageQuality(
        name,
        json.path("share").asDouble(Double.NaN),
        json.path("cross_entropy").asDouble(Double.NaN),
        json.path("twin_cross_entropy").asDouble(Double.NaN),
        json.path("speed_up").asDouble(Double.NaN));
  }
}
