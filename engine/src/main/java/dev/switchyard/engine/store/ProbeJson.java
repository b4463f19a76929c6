package dev.switchyard.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.ProbeReport.Layer;
import dev.switchyard.engine.observe.ProbeReport.Probe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Probe reports as lines of JSON, and back: {@code step}, and for each of {@code probes} its {@code
 * text}, {@code encoder_tokens}, {@code decoder_tokens} and {@code layers}; of a layer, by name,
 * the number of {@code experts}, and for each token the {@code expert} and whether it was {@code
 * kept}.
 */
final class ProbeJson {
  private ProbeJson() {}

  static Map<String, Object> of(ProbeReport report) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("probes", report.probes().stream().map(ProbeJson::of).toList());
    return line;
  }

  private static Map<String, Object> of(Probe probe) {
    Map<String, Object> layers = new LinkedHashMap<>();
    for (Layer layer : probe.layers()) {
      Map<String, Object> of = new LinkedHashMap<>();
      of.put("stack", layer.encoder() ? "encoder" : "decoder");
      of.put("experts", layer.experts());
      of.put("expert", layer.expert());
      of.put("kept", layer.kept());
      layers.put(layer.name(), of);
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("text", probe.text());
    line.put("encoder_tokens", probe.encoderTokens());
    line.put("decoder_tokens", probe.decoderTokens());
    line.put("layers", layers);
    return line;
  }

  static ProbeReport report(JsonNode line) {
    List<Probe> probes = new ArrayList<>();
    line.path("probes").forEach(probe -> probes.add(probe(probe)));
    return new ProbeReport(line.path("step").asLong(), probes);
  }

  private static Probe probe(JsonNode line) {
    List<Layer> layers = new ArrayList<>();
    line.path("layers").properties().forEach(e -> layers.add(layer(e.getKey(), e.getValue())));
    return new Probe(
        line.path("text").asText(),
        words(line.path("encoder_tokens")),
        words(line.path("decoder_tokens")),
        layers);
  }

  private static List<String> words(JsonNode line) {
    List<String> words = new ArrayList<>();
    line.forEach(word -> words.add(word.asText()));
    return words;
  }

  /** A line that somebody cut or made up gives fewer tokens, never arrays that do not fit. */
  private static Layer layer(String name, JsonNode line) {
    int tokens = Math.min(line.path("expert").size(), line.path("kept").size());
    int experts = Math.max(1, line.path("experts").asInt());
    int[] expert = new int[tokens];
    boolean[] kept = new boolean[tokens];
    for (int t = 0; t < tokens; t++) {
      expert[t] = Math.clamp(line.path("expert").get(t).asInt(), -1, experts - 1);
      kept[t] = line.path("kept").get(t).asBoolean();
    }
    return new Layer(name, line.path("stack").asText().equals("encoder"), experts, expert, kept);
  }
}
