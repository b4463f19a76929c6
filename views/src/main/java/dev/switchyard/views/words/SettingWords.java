package dev.switchyard.views.words;

import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.util.Locale;
import java.util.Map;
import javafx.scene.control.Tooltip;

/** Settings in words: a title beside the name that files and the command line use. */
public final class SettingWords {
  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("d_model", "Model width"),
          Map.entry("d_ff", "Expert width"),
          Map.entry("d_kv", "Head width"),
          Map.entry("num_heads", "Attention heads"),
          Map.entry("num_layers", "Encoder blocks"),
          Map.entry("num_decoder_layers", "Decoder blocks"),
          Map.entry("num_experts", "Experts"),
          Map.entry("capacity_factor", "Capacity factor"),
          Map.entry("eval_capacity_factor", "Capacity factor, evaluation"),
          Map.entry("router_aux_loss_coef", "Load-balancing weight α"),
          Map.entry("router_z_loss_coef", "Router z-loss weight"),
          Map.entry("router_importance_loss_coef", "Importance-loss weight"),
          Map.entry("router_load_loss_coef", "Load-loss weight"),
          Map.entry("router_jitter_noise", "Router jitter ε"),
          Map.entry("is_encoder_decoder", "Encoder and decoder"),
          Map.entry("feed_forward_proj", "Activation"),
          Map.entry("input_length", "Input length"),
          Map.entry("target_length", "Target length"),
          Map.entry("twin", "Train the dense twin"),
          Map.entry("vocab_size", "Vocabulary"),
          Map.entry("max_grad_norm", "Gradient clipping"),
          Map.entry("eval_every", "Evaluate every"),
          Map.entry("checkpoint_every", "Checkpoint every"),
          Map.entry("device_memory", "Memory of a device, GB"),
          Map.entry("devices_per_node", "Devices in a node"),
          Map.entry("link_bandwidth", "Within a node, GB/s"),
          Map.entry("network_bandwidth", "Between nodes, GB/s"),
          Map.entry("latency", "Latency, µs"),
          Map.entry("flops", "Peak, TFLOP/s"),
          Map.entry("efficiency", "Share of the peak reached"),
          Map.entry("memory_bandwidth", "Memory bandwidth, GB/s"),
          Map.entry("plan_rows", "Rows in a batch"),
          Map.entry("plan_input_length", "Input length"),
          Map.entry("plan_target_length", "Target length"),
          Map.entry("plan_micro_batches", "Micro-batches"),
          Map.entry("activation_bytes", "Bytes of an activation"),
          Map.entry("weight_bytes", "Bytes of a weight"),
          Map.entry("gradient_bytes", "Bytes of a gradient"),
          Map.entry("plan_optimizer", "Optimizer"),
          Map.entry("plan_zero1", "ZeRO-1"),
          Map.entry("recompute", "Recompute activations"),
          Map.entry("gradient_overlap", "Gradients hidden"),
          Map.entry("exchange_overlap", "All-to-all hidden"));

  private static final Map<String, String> SECTIONS =
      Map.of(
          "model", "Model",
          "routing", "Routing",
          "data", "Text",
          "training", "Training",
          "distillation", "Distillation",
          "parallel", "Devices");

  private SettingWords() {}

  /** A setting's title for people. */
  public static String title(SettingDescription setting) {
    String known = TITLES.get(setting.name());
    if (known != null) {
      return known;
    }
    String words = setting.name().replace('_', ' ');
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  /** A section's title. */
  public static String section(String name) {
    return SECTIONS.getOrDefault(name, name);
  }

  /** What a setting means, its default and its bounds. */
  public static Tooltip tooltip(SettingDescription setting) {
    return Glossary.tooltip(title(setting), setting.explanation(), facts(setting));
  }

  /** Name, default and bounds in a line. */
  public static String facts(SettingDescription setting) {
    String bounds = "";
    if (!setting.options().isEmpty()) {
      bounds = " · one of " + String.join(", ", setting.options());
    } else if (setting.type().contains("number")) {
      boolean open = setting.max() == Double.POSITIVE_INFINITY;
      bounds =
          open
              ? setting.min() == Double.NEGATIVE_INFINITY
                  ? ""
                  : " · from " + SettingsRecord.text(setting.min())
              : " · %s … %s"
                  .formatted(
                      SettingsRecord.text(setting.min()), SettingsRecord.text(setting.max()));
    }
    return "%s · default %s%s"
        .formatted(
            setting.name(),
            setting.defaultValue().isEmpty() ? "none" : setting.defaultValue(),
            bounds);
  }

  /** Whether a search finds it: every word in its name, title or explanation. */
  public static boolean matches(SettingDescription setting, String search) {
    String all =
        (setting.name() + " " + title(setting) + " " + setting.explanation())
            .toLowerCase(Locale.ROOT);
    for (String word : search.toLowerCase(Locale.ROOT).strip().split("\\s+")) {
      if (!all.contains(word)) {
        return false;
      }
    }
    return true;
  }
}
