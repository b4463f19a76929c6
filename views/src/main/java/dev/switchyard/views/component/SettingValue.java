package dev.switchyard.views.component;

import dev.switchyard.engine.configuration.SettingDescription;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;

/**
 * A setting in a form.
 *
 * @param setting its description
 * @param value as a person writes it
 * @param problem what is wrong with it; empty: nothing
 */
public record SettingValue(
    SettingDescription setting, StringProperty value, StringProperty problem) {
  /** A setting at its default. */
  public static SettingValue of(SettingDescription setting) {
    return new SettingValue(
        setting, new SimpleStringProperty(setting.defaultValue()), new SimpleStringProperty(""));
  }
}
