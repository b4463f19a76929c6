package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationStep;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a model wrote, for machines. */
public final class GenerationJson {
  private GenerationJson() {}

  /** The generation as nested maps, by snake_case name. */
  public static Map<String, Object> of(Generation generation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prompt", generation.prompt());
    json.put("text", generation.text());
    if (generation.filled() != null) {
      json.put("filled", generation.filled());
    }
    json.put("ended", generation.ended());
    json.put("log_probability", generation.logProbability());
    json.put("milliseconds", generation.milliseconds());
    json.put("steps", generation.steps().stream().map(GenerationJson::step).toList());
    return json;
  }

  private static Map<String, Object> step(GenerationStep step) {
    Map<String, Object> json = token(step.token(), step.probability());
    json.put(
        "alternatives",
        step.alternatives().stream().map(a -> token(a.token(), a.probability())).toList());
    json.put("routing", step.routing().stream().map(GenerationJson::routing).toList());
    return json;
  }

  private static Map<String, Object> token(TokenText token, double probability) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("token", token.text());
    json.put("id", token.id());
    json.put("probability", probability);
    return json;
  }

  private static Map<String, Object> routing(LayerRouting layer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", layer.name());
    json.put("expert", layer.expert()[0]);
    json.put("gate", layer.gate()[0]);
    json.put("probabilities", layer.probabilities()[0]);
    return json;
  }
}
