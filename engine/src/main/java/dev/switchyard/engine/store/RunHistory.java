package dev.switchyard.engine.store;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.StepReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads what a run has written, also while it is being trained. */
public final class RunHistory {
  private RunHistory() {}

  /** The reports of all steps so far; a last line that is not whole yet is left out. */
  public static List<StepReport> reports(Path folder) {
    List<StepReport> reports = new ArrayList<>();
    forEachReport(folder, reports::add);
    return reports;
  }

  /** Hands each report over, oldest first, without holding all of them. */
  public static void forEachReport(Path folder, Consumer<StepReport> each) {
    LineFile.read(folder.resolve(RunFolder.METRICS), line -> each.accept(ReportJson.report(line)));
  }

  /** The report of the last step, without reading those before; nothing before the first step. */
  public static Optional<StepReport> lastReport(Path folder) {
    return LineFile.last(folder.resolve(RunFolder.METRICS)).map(ReportJson::report);
  }

  /** A report as the object that {@code metrics.jsonl} has for it, on one line. */
  public static String line(StepReport report) {
    return new String(Json.line(ReportJson.of(report)), StandardCharsets.UTF_8);
  }

  /** The events so far. */
  public static List<RunEvent> events(Path folder) {
    List<RunEvent> events = new ArrayList<>();
    LineFile.read(folder.resolve(RunFolder.EVENTS), line -> events.add(ReportJson.event(line)));
    return events;
  }

  /** The looks at the probes so far, oldest first. */
  public static void forEachProbe(Path folder, Consumer<ProbeReport> each) {
    LineFile.read(folder.resolve(RunFolder.PROBES), line -> each.accept(ProbeJson.report(line)));
  }

  /** A look at the probes as the object that {@code probes.jsonl} has for it, on one line. */
  public static String line(ProbeReport report) {
    return new String(Json.line(ProbeJson.of(report)), StandardCharsets.UTF_8);
  }

  /** Whether a process, this one or another, trains the run now. */
  public static boolean isInTraining(Path folder) {
    return RunLock.isHeld(folder);
  }

  /** Whether another process trains the run now. */
  public static boolean isInTrainingElsewhere(Path folder) {
    return RunLock.isHeldElsewhere(folder);
  }

  /**
   * Where a run stands, seen from outside: "running", "paused", "finished" (its steps are done),
   * "stopped" (before that: it can go on), "failed", or "interrupted" where its process ended
   * without a word.
   */
  public static String state(Path folder, List<RunEvent> events) {
    String last = "";
    for (RunEvent event : events) {
      switch (event.kind()) {
        case "started", "paused", "resumed", "stopped", "finished", "failed" -> last = event.kind();
        default -> {}
      }
    }
    if (RunLock.isHeld(folder)) {
      return last.equals("paused") ? "paused" : "running";
    }
    return switch (last) {
      case "finished", "stopped", "failed" -> last;
      default -> "interrupted";
    };
  }
}
