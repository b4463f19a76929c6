package dev.switchyard.engine.compare;

import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.train.RunConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A setting that is not the same in all of some runs.
 *
 * @param setting its name and explanation
 * @param values as text, one for each run
 */
public record SettingDifference(SettingDescription setting, List<String> values) {
  /** The settings in which runs differ, in the order of their sections. */
  public static List<SettingDifference> between(List<RunConfig> runs) {
    List<Map<String, String>> settings = runs.stream().map(SettingDifference::texts).toList();
    List<SettingDifference> differences = new ArrayList<>();
    for (SettingDescription setting : RunConfig.describe()) {
      List<String> values = settings.stream().map(texts -> texts.get(setting.name())).toList();
      if (new HashSet<>(values).size() > 1) {
        differences.add(new SettingDifference(setting, values));
      }
    }
    return List.copyOf(differences);
  }

  private static Map<String, String> texts(RunConfig config) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Object section : config.values().values()) {
      ((Map<?, ?>) section)
          .forEach((name, value) -> texts.put(String.valueOf(name), SettingsRecord.text(value)));
    }
    return texts;
  }
}
