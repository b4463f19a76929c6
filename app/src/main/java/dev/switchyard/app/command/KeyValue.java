package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code --set} takes. */
final class KeyValue {
  private KeyValue() {}

  /**
   * Settings by name, the last of each.
   *
   * @throws InputException where one is no KEY=VALUE
   */
  static Map<String, String> all(List<String> pairs) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new InputException(
            "--set takes KEY=VALUE, such as num_experts=16, but got \"%s\".".formatted(pair));
      }
      values.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
    return values;
  }
}
