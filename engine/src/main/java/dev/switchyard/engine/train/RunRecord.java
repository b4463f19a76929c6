package dev.switchyard.engine.train;

import dev.switchyard.engine.evaluate.LanguageSpeedUps;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.store.RunJournal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is told of a run: written into its folder, kept for those who ask, passed to listeners. */
final class RunRecord {
  private final RunFolder folder;
  private final RunJournal journal;
  private final ListenerQueue listeners;
  private final ReportLog reports = new ReportLog();
  private final LanguageSpeedUps speedUps = new LanguageSpeedUps();
  private final List<RunEvent> events = new CopyOnWriteArrayList<>();
  private final ProbeLog probes = new ProbeLog();
  private boolean closed;

  /**
   * Goes on after a step; what the folder has of later ones is removed.
   *
   * @param folder held until {@link #close}
   */
  RunRecord(RunFolder folder, long step) {
    this.folder = folder;
    this.journal = RunJournal.after(folder.path(), step);
    try {
      RunHistory.forEachReport(folder.path(), this::remember);
      events.addAll(RunHistory.events(folder.path()));
      RunHistory.forEachProbe(folder.path(), probes::add);
      this.listeners = new ListenerQueue(folder.path().getFileName().toString());
    } catch (RuntimeException | Error e) {
      journal.close();
      throw e;
    }
  }

  private void remember(StepReport report) {
    reports.add(report);
    if (report.evaluation() != null) {
      speedUps.add(report.step(), report.evaluation());
    }
  }

  /** A new evaluation with each language's speed-up, which the earlier ones tell too. */
  Evaluation withSpeedUps(long step, Evaluation evaluation) {
    return speedUps.add(step, evaluation);
  }

  ListenerQueue listeners() {
    return listeners;
  }

  List<StepReport> reports() {
    return reports.snapshot();
  }

  List<RunEvent> events() {
    return List.copyOf(events);
  }

  void step(StepReport report) {
    journal.add(report);
    reports.add(report);
    listeners.step(report);
  }

  List<ProbeReport> probes() {
    return probes.snapshot();
  }

  /** Writes a look at the probes down, unless that of the same step stands there. */
  void probes(ProbeReport report) {
    if (probes.add(report)) {
      journal.add(report);
      listeners.probes(report);
    }
  }

  /** Settings that hold from now on stand in the history, and in the run's description. */
  void changed(long step, RunChange change) {
    folder.write(RunDescription.with(RunFolder.read(folder.path()), change.after()));
    event(step, "changed", change.text(), change.figures());
    flush();
  }

  void event(long step, String kind, String text, Map<String, Double> figures) {
    RunEvent event = new RunEvent(System.currentTimeMillis(), step, kind, text, figures);
    events.add(event);
    listeners.event(event);
    journal.add(event);
  }

  void state(RunState state) {
    listeners.state(state);
  }

  /** Waits until all lines are on the disk. */
  void flush() {
    journal.flush();
  }

  /** Completes the folder and gives it up to others; listeners still hear what follows. */
  void close() {
    if (!closed) {
      closed = true;
      journal.close();
      folder.close();
    }
  }
}
