package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Presets;
import dev.switchyard.engine.configuration.SettingDescription;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.train.Workbench;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The part of a command's help that lists the presets and every setting. */
final class SettingsHelp {
  private static final Map<String, String> TITLES =
      Map.of(
          "model", "The model's shape",
          "routing", "Routing",
          "data", "Data",
          "training", "Training",
          "distillation", "Distillation",
          "parallel", "Devices",
          "cluster", "The cluster",
          "workload", "The work");

  private SettingsHelp() {}

  /** Adds the lists to a command's help; they are made only when somebody asks for them. */
  static void addTo(CommandLine command, Supplier<List<SettingDescription>> settings) {
    List<String> sections = new ArrayList<>(command.getHelpSectionKeys());
    sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), "settings");
    command.setHelpSectionKeys(sections);
    command
        .getHelpSectionMap()
        .put("settings", help -> String.join("\n", lines(settings.get())) + "\n");
  }

  private static List<String> lines(List<SettingDescription> settings) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("Presets (--preset NAME):");
    for (Workbench.Preset preset : Presets.all()) {
      lines.add("  " + preset.name());
      wrap(preset.detail(), lines);
    }
    String section = "";
    for (SettingDescription setting : settings) {
      if (!setting.section().equals(section)) {
        section = setting.section();
        lines.add("");
        lines.add(TITLES.getOrDefault(section, section) + " (--set KEY=VALUE):");
      }
      String value = setting.defaultValue().isEmpty() ? "none" : setting.defaultValue();
      String line = "  " + setting.name() + " = " + value;
      String bounds = bounds(setting);
      if (line.length() + bounds.length() < Terminal.WIDTH) {
        lines.add(line + bounds);
      } else {
        lines.add(line);
        wrap(bounds.strip(), lines);
      }
      wrap(setting.explanation(), lines);
    }
    return lines;
  }

  private static String bounds(SettingDescription setting) {
    if (!setting.options().isEmpty()) {
      return "  (" + String.join(" | ", setting.options()) + ")";
    } else if (setting.type().equals("whole number") || setting.type().equals("number")) {
      return "  (%s, %s to %s)"
          .formatted(
              setting.type(),
              SettingsRecord.text(setting.min()),
              SettingsRecord.text(setting.max()));
    }
    return "  (" + setting.type() + ")";
  }

  /** Adds the text, indented, in lines that fit the terminal. */
  private static void wrap(String text, List<String> lines) {
    String indent = "      ";
    StringBuilder line = new StringBuilder(indent);
    for (String word : text.split(" ")) {
      boolean first = line.length() == indent.length();
      if (!first && line.length() + 1 + word.length() > Terminal.WIDTH - 1) {
        lines.add(line.toString());
        line = new StringBuilder(indent);
        first = true;
      }
      line.append(first ? "" : " ").append(word);
    }
    lines.add(line.toString());
  }
}
