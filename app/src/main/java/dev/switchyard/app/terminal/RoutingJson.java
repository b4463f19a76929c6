package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.RoutingDifference;
import dev.switchyard.engine.observe.RoutingDifference.Change;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.engine.observe.TokenText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A routing for machines. Positions in a queue count from 0; a dropped token's is the capacity or
 * more, or -1 where it came into no queue. A token's "choices" are all that it asked for, in the
 * order of its asking; its "expert", "gate" and "position" are those of the first that was kept, or
 * else of its first.
 */
public final class RoutingJson {
  private RoutingJson() {}

  /** The trace as nested maps, by snake_case name. */
  public static Map<String, Object> of(RoutingTrace trace) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("encoder_tokens", texts(trace.encoderTokens()));
    json.put("decoder_tokens", texts(trace.decoderTokens()));
    json.put("layers", trace.layers().stream().map(layer -> layer(trace, layer)).toList());
    json.put("cross_entropy", trace.crossEntropy());
    json.put("milliseconds", trace.milliseconds());
    json.put("predictions", trace.predictions().stream().map(RoutingJson::prediction).toList());
    return json;
  }

  /** Both traces, and what the second changed; layers and tokens by number. */
  public static Map<String, Object> of(RoutingTrace untouched, RoutingTrace whatIf) {
    RoutingDifference difference = RoutingDifference.of(untouched, whatIf);
    Map<String, Object> changes = new LinkedHashMap<>();
    for (Change change : Change.values()) {
      if (change != Change.SAME) {
        changes.put(change.name().toLowerCase(Locale.ROOT), places(difference, whatIf, change));
      }
    }
    changes.put("predictions", difference.predictions());
    changes.put("cross_entropy", difference.crossEntropy());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("untouched", of(untouched));
    json.put("what_if", of(whatIf));
    json.put("difference", changes);
    return json;
  }

  private static Map<String, Object> places(
      RoutingDifference difference, RoutingTrace trace, Change change) {
    Map<String, Object> layers = new LinkedHashMap<>();
    for (int l = 0; l < trace.layers().size(); l++) {
      int layer = l;
      layers.put(
          trace.layers().get(l).name(),
          IntStream.range(0, difference.changes().get(l).size())
              .filter(t -> difference.at(layer, t) == change)
              .boxed()
              .toList());
    }
    return layers;
  }

  private static Map<String, Object> prediction(Prediction prediction) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("best", prediction.best().text());
    json.put("probability", prediction.bestProbability());
    json.put("target", prediction.target() == null ? null : prediction.target().text());
    json.put("target_probability", prediction.targetProbability());
    return json;
  }

  private static Map<String, Object> choice(Choice choice) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("expert", choice.expert());
    json.put("gate", choice.gate());
    json.put("position", choice.position());
    json.put("kept", choice.kept());
    return json;
  }

  private static List<String> texts(List<TokenText> tokens) {
    return tokens.stream().map(TokenText::text).toList();
  }

  private static Map<String, Object> layer(RoutingTrace trace, LayerRouting layer) {
    List<TokenText> texts = trace.tokens(layer);
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (int t = 0; t < texts.size(); t++) {
      Map<String, Object> token = new LinkedHashMap<>();
      token.put("token", texts.get(t).text());
      token.put("expert", layer.expert()[t]);
      token.put("gate", layer.gate()[t]);
      token.put("position", layer.position()[t]);
      token.put("kept", layer.kept()[t]);
      token.put("choices", layer.choices().get(t).stream().map(RoutingJson::choice).toList());
      token.put("probabilities", layer.probabilities()[t]);
      tokens.add(token);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", layer.name());
    json.put("capacity", layer.capacity());
    json.put("experts", layer.experts());
    json.put("dropped", layer.dropped());
    json.put("load_balancing_loss", layer.loadBalancingLoss());
    json.put("tokens", tokens);
    return json;
  }
}
