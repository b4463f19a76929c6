package dev.switchyard.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Step reports and events as lines of JSON, and back; numbers come back bit for bit. */
final class ReportJson {
  private ReportJson() {}

  static Map<String, Object> of(StepReport report) {
    Map<String, Object> line = figures(report, report.model());
    if (report.twin() != null) {
      line.put("twin", figures(report, report.twin()));
    }
    if (report.evaluation() != null) {
      line.put("evaluation", EvaluationJson.of(report.evaluation()));
    }
    if (!report.devices().isEmpty()) {
      line.put("devices", report.devices().stream().map(DeviceJson::of).toList());
    }
    return line;
  }

  private static Map<String, Object> figures(StepReport report, ModelReport model) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.putAll(figures(model));
    line.put("learning_rate", report.learningRate());
    return line;
  }

  /** A model's figures by name. */
  static Map<String, Object> figures(ModelReport model) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("tokens", model.tokens());
    line.put("seconds", model.seconds());
    line.put("loss", model.loss());
    line.put("cross_entropy", model.crossEntropy());
    line.put("load_balancing_loss", model.loadBalancingLoss());
    line.put("z_loss", model.zLoss());
    line.put("output_z_loss", model.outputZLoss());
    line.put("dropped_fraction", model.droppedFraction());
    line.put("gradient_norm", model.gradientNorm());
    line.put("tokens_per_second", model.tokensPerSecond());
    Map<String, Object> experts = new LinkedHashMap<>();
    Map<String, Object> layers = new LinkedHashMap<>();
    for (LayerReport layer : model.layers()) {
      experts.put(layer.name(), layer.load());
      Map<String, Object> of = new LinkedHashMap<>();
      of.put("capacity", layer.capacity());
      of.put("dropped_fraction", layer.droppedFraction());
      of.put("load_balancing_loss", layer.loadBalancingLoss());
      of.put("z_loss", layer.zLoss());
      of.put("entropy", layer.entropy());
      of.put("confidence", layer.confidence());
      of.put("importance_loss", layer.importanceLoss());
      of.put("load_loss", layer.loadLoss());
      layers.put(layer.name(), of);
    }
    line.put("experts", experts);
    line.put("layers", layers);
    if (!model.updateRatios().isEmpty()) {
      line.put("update_ratios", model.updateRatios());
    }
    return line;
  }

  static StepReport report(JsonNode line) {
    JsonNode twin = line.get("twin");
    return new StepReport(
        line.path("step").asLong(),
        line.path("learning_rate").asDouble(),
        model(line),
        twin == null || twin.isNull() ? null : model(twin),
        line.has("evaluation") ? EvaluationJson.evaluation(line.get("evaluation")) : null,
        DeviceJson.devices(line.path("devices")));
  }

  static ModelReport model(JsonNode line) {
    List<LayerReport> layers = new ArrayList<>();
    line.path("experts")
        .properties()
        .forEach(
            e -> layers.add(layer(e.getKey(), e.getValue(), line.path("layers").path(e.getKey()))));
    return new ModelReport(
        line.path("tokens").asLong(),
        line.path("seconds").asDouble(),
        line.path("loss").asDouble(),
        line.path("cross_entropy").asDouble(),
        line.path("load_balancing_loss").asDouble(),
        line.path("z_loss").asDouble(),
        line.path("output_z_loss").asDouble(),
        line.path("dropped_fraction").asDouble(),
        line.path("gradient_norm").asDouble(Double.NaN),
        line.path("tokens_per_second").asDouble(),
        List.copyOf(layers),
        updateRatios(line.path("update_ratios")));
  }

  private static Map<String, Double> updateRatios(JsonNode line) {
    Map<String, Double> ratios = new LinkedHashMap<>();
    line.properties().forEach(e -> ratios.put(e.getKey(), e.getValue().asDouble()));
    return ratios;
  }

  private static LayerReport layer(String name, JsonNode load, JsonNode figures) {
    float[] loads = new float[load.size()];
    for (int i = 0; i < loads.length; i++) {
      loads[i] = load.get(i).floatValue();
    }
    return new LayerReport(
        name,
        figures.path("capacity").asInt(),
        loads,
        figures.path("dropped_fraction").asDouble(),
        figures.path("load_balancing_loss").asDouble(),
        figures.path("z_loss").asDouble(),
        figures.path("entropy").asDouble(),
        figures.path("confidence").asDouble(),
        figures.path("importance_loss").asDouble(),
        figures.path("load_loss").asDouble());
  }

  static Map<String, Object> of(RunEvent event) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", event.time());
    line.put("step", event.step());
    line.put("kind", event.kind());
    line.put("text", event.text());
    line.put("figures", event.figures());
    return line;
  }

  static RunEvent event(JsonNode line) {
    Map<String, Double> figures = new LinkedHashMap<>();
    line.path("figures")
        .properties()
        .forEach(e -> figures.put(e.getKey(), e.getValue().asDouble()));
    return new RunEvent(
        line.path("time").asLong(),
        line.path("step").asLong(),
        line.path("kind").asText(),
        line.path("text").asText(),
        Map.copyOf(figures));
  }
}
