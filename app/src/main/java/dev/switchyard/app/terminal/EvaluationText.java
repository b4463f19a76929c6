package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.Answers;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.LanguageQuality;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An evaluation's figures for people and for machines. */
public final class EvaluationText {
  private EvaluationText() {}

  /** A line for the text, one for each model, and one for each Switch layer. */
  public static List<String> lines(Evaluation evaluation) {
    List<String> lines = new ArrayList<>();
    lines.add("read " + evaluation.text());
    lines.add(model("Switch model", evaluation.model()));
    if (evaluation.twin() != null) {
      lines.add(model("dense twin", evaluation.twin()));
    }
    if (evaluation.answers() != null) {
      lines.add(answers("Switch model", evaluation.answers()));
    }
    if (evaluation.twinAnswers() != null) {
      lines.add(answers("dense twin", evaluation.twinAnswers()));
    }
    evaluation.languages().forEach(language -> lines.add(language(language)));
    for (LayerReport layer : evaluation.model().layers()) {
      lines.add(layer(layer));
    }
    return lines;
  }

  private static String model(String name, ModelReport model) {
    String line =
        "%-12s  cross entropy %s  perplexity %s"
            .formatted(
                name,
                Figures.loss(model.crossEntropy()),
                Figures.factor(Math.exp(model.crossEntropy())));
    return model.layers().isEmpty()
        ? line
        : line + "  dropped " + Figures.percent(model.droppedFraction());
  }

  private static String answers(String name, Answers answers) {
    return "%-12s  exact match %s  token accuracy %s  ROUGE-2 %s  of %s pairs"
        .formatted(
            name,
            Figures.percent(answers.exactMatch()),
            Figures.percent(answers.tokenAccuracy()),
            Double.isNaN(answers.rouge2()) ? "-" : Figures.percent(answers.rouge2()),
            Figures.count(answers.pairs()));
  }

  private static String language(LanguageQuality language) {
    String line =
        "%-16s  cross entropy %s"
            .formatted(language.language(), Figures.loss(language.crossEntropy()));
    return Double.isNaN(language.twinCrossEntropy())
        ? line
        : line + "  dense twin " + Figures.loss(language.twinCrossEntropy());
  }

  private static String layer(LayerReport layer) {
    return "%-16s  dropped %s  load-balancing %s  entropy %s  gate %s  crowding %s"
        .formatted(
            layer.name(),
            Figures.percent(layer.droppedFraction()),
            Figures.factor(layer.loadBalancingLoss()),
            Figures.factor(layer.entropy()),
            Figures.factor(layer.confidence()),
            Figures.factor(largest(layer.load())));
  }

  /** The same for machines, by snake_case name. */
  public static Map<String, Object> figures(Evaluation evaluation) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("text", evaluation.text());
    figures.put("batches", evaluation.batches());
    figures.putAll(figures(evaluation.model()));
    if (evaluation.twin() != null) {
      figures.put("twin", figures(evaluation.twin()));
    }
    if (evaluation.answers() != null) {
      figures.put("answers", figures(evaluation.answers()));
    }
    if (evaluation.twinAnswers() != null) {
      figures.put("twin_answers", figures(evaluation.twinAnswers()));
    }
    if (!evaluation.languages().isEmpty()) {
      Map<String, Object> languages = new LinkedHashMap<>();
      evaluation.languages().forEach(each -> languages.put(each.language(), figures(each)));
      figures.put("languages", languages);
    }
    return figures;
  }

  private static Map<String, Object> figures(ModelReport model) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("tokens", model.tokens());
    figures.put("cross_entropy", model.crossEntropy());
    figures.put("perplexity", Math.exp(model.crossEntropy()));
    if (model.layers().isEmpty()) {
      return figures;
    }
    figures.put("dropped_fraction", model.droppedFraction());
    figures.put("load_balancing_loss", model.loadBalancingLoss());
    List<Map<String, Object>> layers = new ArrayList<>();
    for (LayerReport layer : model.layers()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("name", layer.name());
      each.put("capacity", layer.capacity());
      each.put("dropped_fraction", layer.droppedFraction());
      each.put("load_balancing_loss", layer.loadBalancingLoss());
      each.put("entropy", layer.entropy());
      each.put("confidence", layer.confidence());
      each.put("load", layer.load());
      layers.add(each);
    }
    figures.put("layers", layers);
    return figures;
  }

  private static Map<String, Object> figures(Answers answers) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("pairs", answers.pairs());
    figures.put("exact_match", answers.exactMatch());
    figures.put("token_accuracy", answers.tokenAccuracy());
    figures.put("rouge_2", answers.rouge2());
    return figures;
  }

  private static Map<String, Object> figures(LanguageQuality language) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("cross_entropy", language.crossEntropy());
    figures.put("twin_cross_entropy", language.twinCrossEntropy());
    return figures;
  }

  private static double largest(float[] load) {
    double largest = 0;
    for (float each : load) {
      largest = Math.max(largest, each);
    }
    return largest;
  }
}
