package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.CapacityConfig;
import dev.switchyard.engine.moe.ExplorationConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be changed in the middle of a run: learning rate, room at the experts, jitter, and the
 * weights of the routers' losses. Everything else is the run itself.
 *
 * @param before the settings until now
 * @param after the settings from the next step on
 */
public record RunChange(RunConfig before, RunConfig after) {
  /** The settings that may change, in the order in which forms show them. */
  public static final List<String> SETTINGS =
      List.of(
          "learning_rate",
          "capacity_factor",
          "eval_capacity_factor",
          "router_jitter_noise",
          "router_aux_loss_coef",
          "router_z_loss_coef",
          "router_importance_loss_coef",
          "router_load_loss_coef");

  /** What the name of a figure ends in that holds the value before a change. */
  public static final String BEFORE = "_before";

  /**
   * Checks a change.
   *
   * @param settings new values by name
   * @throws InputException for a setting that can't change in a run, a value out of bounds, one
   *     that this run does not use, or where nothing would change
   */
  public static RunChange of(RunConfig config, Map<String, String> settings) {
    for (String name : settings.keySet()) {
      if (!SETTINGS.contains(name)) {
        throw new InputException(
            "%s can't change in the middle of a run; what can: %s."
                .formatted(name, String.join(", ", SETTINGS)));
      }
    }
    RunChange change = new RunChange(config, config.with(settings));
    List<String> changed = change.names();
    if (changed.isEmpty()) {
      throw new InputException("Nothing would change: every value is what it was.");
    }
    changed.forEach(name -> checkUsed(config, name));
    return change;
  }

  private static void checkUsed(RunConfig config, String name) {
    String rule = config.routing().capacity().capacityRule();
    boolean factor = name.equals("capacity_factor") || name.equals("eval_capacity_factor");
    if (!name.equals("learning_rate") && !routes(config.model())) {
      throw unused(name, "the model has no Switch layers");
    } else if (factor
        && (rule.equals(CapacityConfig.DROPLESS) || rule.equals(CapacityConfig.HUGGING_FACE))) {
      throw unused(name, "capacity_rule is " + rule);
    } else if (name.equals("router_jitter_noise")
        && !config.routing().exploration().exploration().equals(ExplorationConfig.JITTER)) {
      throw unused(name, "exploration is " + config.routing().exploration().exploration());
    }
  }

  private static boolean routes(ModelConfig model) {
    return model.switchLayers(true) + model.switchLayers(false) > 0;
  }

  private static InputException unused(String name, String why) {
    return new InputException("%s would change nothing in this run: %s.".formatted(name, why));
  }

  /** The settings that may change, with explanation, bounds and, as default, their value now. */
  public static List<SettingDescription> describe(RunConfig config) {
    Map<String, Object> now = flat(config);
    List<SettingDescription> all = new ArrayList<>();
    for (String name : SETTINGS) {
      for (SettingDescription each : RunConfig.describe()) {
        if (each.name().equals(name)) {
          all.add(
              new SettingDescription(
                  name,
                  each.section(),
                  each.type(),
                  SettingsRecord.text(now.get(name)),
                  each.explanation(),
                  each.min(),
                  each.max(),
                  each.options(),
                  each.common()));
        }
      }
    }
    return List.copyOf(all);
  }

  /** Whether nothing differs. */
  boolean isEmpty() {
    return names().isEmpty();
  }

  /** The settings that differ. */
  private List<String> names() {
    Map<String, Object> old = flat(before);
    Map<String, Object> now = flat(after);
    return SETTINGS.stream().filter(name -> !old.get(name).equals(now.get(name))).toList();
  }

  /** One line for people: each setting with its old and its new value. */
  public String text() {
    Map<String, Object> old = flat(before);
    Map<String, Object> now = flat(after);
    return String.join(
        ", ",
        names().stream()
            .map(
                name ->
                    "%s %s → %s"
                        .formatted(
                            name,
                            SettingsRecord.text(old.get(name)),
                            SettingsRecord.text(now.get(name))))
            .toList());
  }

  /** New values by the settings' names, and old ones by the same names and {@link #BEFORE}. */
  public Map<String, Double> figures() {
    Map<String, Object> old = flat(before);
    Map<String, Object> now = flat(after);
    Map<String, Double> figures = new LinkedHashMap<>();
    for (String name : names()) {
      figures.put(name, (Double) now.get(name));
      figures.put(name + BEFORE, (Double) old.get(name));
    }
    return figures;
  }

  /** The settings that may change, of a change that stands in a run's history; null: none is. */
  static Map<String, String> recorded(Map<String, Double> figures) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name : SETTINGS) {
      if (figures.containsKey(name) && figures.containsKey(name + BEFORE)) {
        settings.put(name, figures.get(name).toString());
      }
    }
    return settings;
  }

  private static Map<String, Object> flat(RunConfig config) {
    Map<String, Object> flat = new LinkedHashMap<>(SettingsRecord.values(config.routing()));
    flat.putAll(SettingsRecord.values(config.training()));
    return flat;
  }
}
