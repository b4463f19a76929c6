package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.SettingsRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table as comma-separated values (RFC 4180): UTF-8, a line of names first, texts in quotes where
 * they need it, an empty field for what is no number.
 */
public final class CsvFile {
  private static final String END = "\r\n";

  private final StringBuilder text = new StringBuilder();

  /** A table with these names of columns. */
  public CsvFile(List<String> names) {
    add(names);
  }

  /** Adds a line of texts and numbers. */
  public void add(List<?> values) {
    text.append(values.stream().map(CsvFile::field).collect(Collectors.joining(","))).append(END);
  }

  private static String field(Object value) {
    if (value instanceof Double number) {
      return Double.isFinite(number) ? SettingsRecord.text(number) : "";
    }
    String word = String.valueOf(value);
    boolean plain = word.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? word : '"' + word.replace("\"", "\"\"") + '"';
  }

  /** The whole table. */
  public String text() {
    return text.toString();
  }

  /**
   * Writes the table, whole or not at all.
   *
   * @throws dev.switchyard.engine.configuration.InputException where that can't be
   */
  public void write(Path file) {
    ExportedFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
