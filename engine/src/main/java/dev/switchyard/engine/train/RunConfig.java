package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.NearestNames;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.data.DataConfig;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.parallel.ParallelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The whole configuration of a run: every setting, in sections. */
public record RunConfig(
    ModelConfig model,
    RoutingConfig routing,
    DataConfig data,
    TrainingConfig training,
    DistillationConfig distillation,
    ParallelConfig parallel) {

  /** All defaults. */
  public static RunConfig defaults() {
    return new RunConfig(
        ModelConfig.defaults(),
        RoutingConfig.defaults(),
        DataConfig.defaults(),
        TrainingConfig.defaults(),
        DistillationConfig.defaults(),
        ParallelConfig.defaults());
  }

  /** Every setting with its explanation and default, section by section. */
  public static List<SettingDescription> describe() {
    RunConfig defaults = defaults();
    List<SettingDescription> all = new ArrayList<>();
    defaults
        .sections()
        .forEach((section, record) -> all.addAll(SettingsRecord.describe(section, record)));
    return List.copyOf(all);
  }

  /**
   * This configuration with some settings replaced.
   *
   * @param values by snake_case name; or, by a section's name, a map of such
   * @throws InputException for a name that is no setting, or a value of the wrong type or bounds
   */
  public RunConfig with(Map<String, ?> values) {
    Map<String, Object> flat = flatten(values);
    return new RunConfig(
        SettingsRecord.with(model, flat),
        SettingsRecord.with(routing, flat),
        SettingsRecord.with(data, flat),
        SettingsRecord.with(training, flat),
        SettingsRecord.with(distillation, flat),
        SettingsRecord.with(parallel, flat));
  }

  /** All values, section by section: what {@link #with} reads back. */
  public Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    sections().forEach((section, record) -> values.put(section, SettingsRecord.values(record)));
    return values;
  }

  private Map<String, Record> sections() {
    Map<String, Record> sections = new LinkedHashMap<>();
    sections.put("model", model);
    sections.put("routing", routing);
    sections.put("data", data);
    sections.put("training", training);
    sections.put("distillation", distillation);
    sections.put("parallel", parallel);
    return sections;
  }

  private Map<String, Object> flatten(Map<String, ?> values) {
    List<String> known = new ArrayList<>();
    sections().values().forEach(r -> known.addAll(SettingsRecord.names(r.getClass())));
    Map<String, Object> flat = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (sections().containsKey(name) && value instanceof Map<?, ?> section) {
            section.forEach((inner, v) -> put(flat, known, String.valueOf(inner), v));
          } else {
            put(flat, known, name, value);
          }
        });
    return flat;
  }

  private static void put(Map<String, Object> flat, List<String> known, String name, Object value) {
    if (!known.contains(name)) {
      throw new InputException(
          "There is no setting \"%s\"; did you mean %s? (train --help lists all)"
              .formatted(name, NearestNames.of(name, known, 1).getFirst()));
    }
    if (value == null) {
      throw new InputException("The setting %s has no value.".formatted(name));
    }
    flat.put(name, value);
  }
}
