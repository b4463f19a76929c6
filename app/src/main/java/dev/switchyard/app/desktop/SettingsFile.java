package dev.switchyard.app.desktop;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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

  /** Not the mapper to objects: it would be a tenth of what happens before the first window. */
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final Map<String, String> values;

  /** The settings in a file, which need not exist yet. */
  SettingsFile(Path file) {
    this.file = file;
    this.values = read(file);
  }

  private static Map<String, String> read(Path file) {
    if (Files.exists(file)) {
      try (JsonParser json = JSON.createParser(file.toFile())) {
        return texts(json);
      } catch (IOException e) {
        LOG.warn("{} can't be read; the window starts afresh", file, e);
      }
    }
    return new TreeMap<>();
  }

  /** The texts of an object; whatever else stands there is passed over. */
  private static Map<String, String> texts(JsonParser json) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return texts;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (json.nextToken().isScalarValue() && json.currentToken() != JsonToken.VALUE_NULL) {
        texts.put(key, json.getText());
      } else {
        json.skipChildren();
      }
    }
    return texts;
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
      try (JsonGenerator json = JSON.createGenerator(aside.toFile(), JsonEncoding.UTF8)) {
        json.useDefaultPrettyPrinter();
        json.writeStartObject();
        for (Map.Entry<String, String> each : values.entrySet()) {
          json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
      }
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("{} can't be written", file, e);
    }
  }
}
