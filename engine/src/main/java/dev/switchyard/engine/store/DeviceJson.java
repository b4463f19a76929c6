package dev.switchyard.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.switchyard.engine.observe.DeviceReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports of devices as JSON, and back. */
final class DeviceJson {
  private DeviceJson() {}

  static Map<String, Object> of(DeviceReport device) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("rank", device.rank());
    line.put("data", device.data());
    line.put("expert", device.expert());
    line.put("model", device.model());
    line.put("first_row", device.firstRow());
    line.put("rows", device.rows());
    line.put("first_expert", device.firstExpert());
    line.put("experts", device.experts());
    line.put("tokens_received", device.tokensReceived());
    line.put("expert_tokens", device.expertTokens());
    line.put("compute_seconds", device.computeSeconds());
    line.put("waiting_seconds", device.waitingSeconds());
    line.put("exchanging_seconds", device.exchangingSeconds());
    line.put("memory_bytes", device.memoryBytes());
    line.put("exchanges", device.exchanges().stream().map(DeviceJson::of).toList());
    return line;
  }

  private static Map<String, Object> of(DeviceReport.Exchange exchange) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("collective", exchange.collective());
    line.put("what", exchange.what());
    line.put("ranks", exchange.ranks());
    line.put("count", exchange.count());
    line.put("bytes", exchange.bytes());
    line.put("sent_bytes", exchange.sentBytes());
    line.put("received_bytes", exchange.receivedBytes());
    line.put("seconds", exchange.seconds());
    return line;
  }

  static List<DeviceReport> devices(JsonNode lines) {
    List<DeviceReport> devices = new ArrayList<>();
    lines.forEach(line -> devices.add(device(line)));
    return List.copyOf(devices);
  }

  private static DeviceReport device(JsonNode line) {
    List<DeviceReport.Exchange> exchanges = new ArrayList<>();
    line.path("exchanges").forEach(each -> exchanges.add(exchange(each)));
    return new DeviceReport(
        line.path("rank").asInt(),
        line.path("data").asInt(),
        line.path("expert").asInt(),
        line.path("model").asInt(),
        line.path("first_row").asInt(),
        line.path("rows").asInt(),
        line.path("first_expert").asInt(),
        line.path("experts").asInt(),
        line.path("tokens_received").asLong(),
        expertTokens(line.path("expert_tokens")),
        line.path("compute_seconds").asDouble(),
        line.path("waiting_seconds").asDouble(),
        line.path("exchanging_seconds").asDouble(),
        line.path("memory_bytes").asLong(),
        List.copyOf(exchanges));
  }

  private static List<Long> expertTokens(JsonNode numbers) {
    List<Long> tokens = new ArrayList<>();
    numbers.forEach(each -> tokens.add(each.asLong()));
    return List.copyOf(tokens);
  }

  private static DeviceReport.Exchange exchange(JsonNode line) {
    return new DeviceReport.Exchange(
        line.path("collective").asText(),
        line.path("what").asText(),
        line.path("ranks").asInt(),
        line.path("count").asLong(),
        line.path("bytes").asDouble(),
        line.path("sent_bytes").asDouble(),
        line.path("received_bytes").asDouble(),
        line.path("seconds").asDouble());
  }
}
