package dev.switchyard.views;

import dev.switchyard.views.shell.SavedSettings;
import java.util.HashMap;
import java.util.Map;

/** Settings that live as long as a test. */
public final class MemorySettings implements SavedSettings {
  /** What was kept. */
  public final Map<String, String> values;

  public MemorySettings(Map<String, String> first) {
    values = new HashMap<>(first);
  }

  @Override
  public String get(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }

  @Override
  public void put(String key, String value) {
    values.put(key, value);
  }
}
