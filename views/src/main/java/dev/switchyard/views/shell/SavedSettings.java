package dev.switchyard.views.shell;

/** Where the window keeps what comes back after a restart. */
public interface SavedSettings {
  /** A value, or what to take where there is none. */
  String get(String key, String otherwise);

  /** Keeps a value. */
  void put(String key, String value);
}
