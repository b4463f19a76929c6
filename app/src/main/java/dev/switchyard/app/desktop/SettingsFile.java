package dev.switchyard.app.desktop;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.views.shell.SavedSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the window takes up again at the next start, in a small JSON file. A file that can't be read
 * or written is no reason to stop: the next start then looks like the first.
 */
final class SettingsFile implements SavedSettings {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsFile.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final Map<String, String> values;

  /** The settings in a file, which need not exist yet. */
  SettingsFile(Path file) {
    this.file = file;
    this.values = read(file);
  }

  private static Map<String, String> read(Path file) {
    if (Files.exists(file)) {
      try {
        Map<String, String> read =
            MAPPER.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {});
        return read == null ? new TreeMap<>() : read;
      } catch (IOException e) {
        LOG.warn("{} can't be read; the window starts afresh", file, e);
      }
    }
    return new TreeMap<>();
  }

  @Override
  public synchronized String get(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }

  @Override
  public synchronized void put(String key, String value) {
    if (!value.equals(values.put(key, value))) {
      write();
    }
  }

  private void write() {
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.getParent());
      Files.write(aside, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(values));
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("{} can't be written", file, e);
    }
  }
}
