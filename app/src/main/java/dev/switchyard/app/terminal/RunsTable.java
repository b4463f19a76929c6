package dev.switchyard.app.terminal;

import dev.switchyard.engine.train.Workbench.RunSummary;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs as a table. */
public final class RunsTable {
  private static final DateTimeFormatter WHEN =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

  private RunsTable() {}

  /** A line for each run under a line of headings. */
  public static List<String> lines(List<RunSummary> runs) {
    int width = Math.max(4, runs.stream().mapToInt(run -> run.name().length()).max().orElse(0));
    String row = "%-" + width + "s  %-11s  %13s  %13s  %-16s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(row.formatted("name", "state", "step", "cross entropy", "changed", ""));
    for (RunSummary run : runs) {
      String changed = WHEN.format(Instant.ofEpochMilli(run.modified()).atZone(zone()));
      lines.add(
          row.formatted(
              run.name(),
              run.state(),
              run.step() + "/" + run.steps(),
              Double.isNaN(run.crossEntropy()) ? "-" : Figures.loss(run.crossEntropy()),
              changed,
              run.detail()));
    }
    return lines.stream().map(String::stripTrailing).toList();
  }

  /** A run for machines. */
  public static Map<String, Object> figures(RunSummary run) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("name", run.name());
    figures.put("folder", run.folder().toString());
    figures.put("state", run.state());
    figures.put("step", run.step());
    figures.put("steps", run.steps());
    figures.put("cross_entropy", run.crossEntropy());
    figures.put("detail", run.detail());
    figures.put("modified", Instant.ofEpochMilli(run.modified()).toString());
    return figures;
  }

  private static ZoneId zone() {
    return ZoneId.systemDefault();
  }
}
