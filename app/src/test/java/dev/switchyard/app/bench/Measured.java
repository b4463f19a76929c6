package dev.switchyard.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, beside what is to be reached, as a table that grows. */
final class Measured {
  private record Row(String what, String goal, String measured, String how) {}

  private final List<Row> rows = new ArrayList<>();
  private final Path file;

  /** A table that is written to a file, anew with each row. */
  Measured(Path file) {
    this.file = file;
  }

  /** Adds a row, and says it. */
  void add(String what, String goal, String how, String format, Object... figures) {
    String measured = String.format(Locale.ROOT, format, figures);
    rows.add(new Row(what, goal, measured, how));
    System.out.printf(Locale.ROOT, "%s: %s (goal: %s; %s)%n", what, measured, goal, how);
    write();
  }

  private void write() {
    StringBuilder table = new StringBuilder("| | goal | measured | how |\n|---|---|---|---|\n");
    for (Row row : rows) {
      table.append(
          "| %s | %s | %s | %s |%n".formatted(row.what(), row.goal(), row.measured(), row.how()));
    }
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, table);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
