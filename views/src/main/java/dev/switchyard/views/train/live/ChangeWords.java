package dev.switchyard.views.train.live;

import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.train.RunChange;
import java.util.Map;

/** Changes of a run in a few words: what stands on charts. */
final class ChangeWords {
  private static final Map<String, String> SHORT =
      Map.of(
          "learning_rate", "rate",
          "capacity_factor", "capacity",
          "eval_capacity_factor", "capacity (eval)",
          "router_jitter_noise", "jitter",
          "router_aux_loss_coef", "α",
          "router_z_loss_coef", "z-loss weight",
          "router_importance_loss_coef", "importance weight",
          "router_load_loss_coef", "load weight");

  private ChangeWords() {}

  /** The first setting with its old and new value, and how many more there are. */
  static String brief(RunEvent event) {
    Map<String, Double> figures = event.figures();
    String words = "";
    int count = 0;
    for (String name : RunChange.SETTINGS) {
      Double before = figures.get(name + RunChange.BEFORE);
      if (before != null && figures.containsKey(name)) {
        count++;
        if (words.isEmpty()) {
          words =
              "%s %s → %s"
                  .formatted(
                      SHORT.getOrDefault(name, name),
                      SettingsRecord.text(before),
                      SettingsRecord.text(figures.get(name)));
        }
      }
    }
    return count > 1 ? words + " +" + (count - 1) : words;
  }
}
