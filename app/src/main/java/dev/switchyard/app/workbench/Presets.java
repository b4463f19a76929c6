package dev.switchyard.app.workbench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.model.PublishedModels;
import dev.switchyard.engine.train.Workbench.Preset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Named settings to start from: those in presets.json beside this class, and the shapes of the
 * published models.
 */
public final class Presets {
  /** What is taken where nobody chooses. */
  public static final String DEFAULT = "small";

  /** The labelled corpus, which needs no data of one's own. */
  public static final String SAMPLE = "sample";

  private record Entry(String detail, Map<String, Object> settings) {}

  private static final List<Preset> ALL = read();

  private Presets() {}

  /** All presets, in the order in which they are offered. */
  public static List<Preset> all() {
    return ALL;
  }

  /**
   * A preset's settings.
   *
   * @param ownData whether data of one's own takes the place of what the preset brings; then the
   *     tokenizer made for that data is left out too
   * @throws InputException if there is no such preset
   */
  public static Map<String, String> settings(String name, boolean ownData) {
    Preset preset =
        ALL.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new InputException(
                        "There is no preset \"%s\"; there are %s."
                            .formatted(
                                name, String.join(", ", ALL.stream().map(Preset::name).toList()))));
    Map<String, String> settings = new LinkedHashMap<>(preset.settings());
    if (ownData && preset.bringsData()) {
      settings.remove("data");
      settings.remove("tokenizer");
    }
    return settings;
  }

  private static List<Preset> read() {
    try (InputStream file = Presets.class.getResourceAsStream("presets.json")) {
      Map<String, Entry> entries =
          new ObjectMapper().readValue(file, new TypeReference<LinkedHashMap<String, Entry>>() {});
      return Stream.concat(
              entries.entrySet().stream().map(e -> preset(e.getKey(), e.getValue())),
              PublishedModels.all().stream()
                  .map(m -> preset(m.name(), new Entry(m.detail(), m.settings()))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Preset preset(String name, Entry entry) {
    Map<String, String> settings = new LinkedHashMap<>();
    entry.settings().forEach((key, value) -> settings.put(key, String.valueOf(value)));
    return new Preset(name, entry.detail(), settings, settings.containsKey("data"));
  }
}
