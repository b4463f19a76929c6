package dev.switchyard.app.command;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.train.RunConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Settings in a file: a JSON object of settings, flat or by section; or a run's run.json. */
final class ConfigFile {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Where run.json keeps the settings. */
  private static final String IN_RUN = "config";

  private ConfigFile() {}

  /**
   * The defaults with the file's settings.
   *
   * @throws InputException if it can't be read, or holds what is no setting
   */
  static RunConfig read(Path file) {
    Map<String, Object> values = values(file);
    if (values.get(IN_RUN) instanceof Map<?, ?> inRun) {
      Map<String, Object> settings = new LinkedHashMap<>();
      inRun.forEach((name, value) -> settings.put(String.valueOf(name), value));
      values = settings;
    }
    try {
      return RunConfig.defaults().with(values);
    } catch (InputException e) {
      throw new InputException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * What the file's JSON object holds.
   *
   * @throws InputException if it can't be read, or holds something else
   */
  static Map<String, Object> values(Path file) {
    return parse(file, GivenText.read(file));
  }

  private static Map<String, Object> parse(Path file, String text) {
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (!tree.isObject()) {
        throw new InputException(
            "%s is not a JSON object of settings, such as {\"d_model\": 64}.".formatted(file));
      }
      return MAPPER.convertValue(tree, new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      throw new InputException(
          "%s is not JSON: line %d, column %d can't be read; a file of settings looks like"
                  .formatted(
                      file,
                      place == null ? 1 : place.getLineNr(),
                      place == null ? 1 : place.getColumnNr())
              + " {\"d_model\": 64}.",
          e);
    }
  }
}
