package dev.switchyard.app.command;

import dev.switchyard.app.terminal.JsonLines;
import dev.switchyard.app.terminal.LiveLine;
import dev.switchyard.app.terminal.PlainLines;
import dev.switchyard.app.terminal.Progress;
import dev.switchyard.app.terminal.RunTally;
import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.FileProblem;
import dev.switchyard.engine.train.TrainingRun;
import java.time.Duration;

/** A run that a command starts, shows and sums up, until it is over or somebody interrupts it. */
final class AttendedRun {
  private final Terminal terminal;
  private final Progress progress;
  private final boolean json;

  AttendedRun(Terminal terminal, Progress progress, boolean json) {
    this.terminal = terminal;
    this.progress = progress;
    this.json = json;
  }

  /** Shows a run as this terminal, or a machine, wants to see it. */
  static AttendedRun of(TrainingRun run, Terminal terminal, boolean json) {
    long steps = run.config().training().steps();
    Progress progress =
        json
            ? new JsonLines(terminal.out())
            : terminal.isInteractive()
                ? new LiveLine(terminal, steps)
                : new PlainLines(terminal.out(), steps);
    return new AttendedRun(terminal, progress, json);
  }

  /** Starts the run and returns the exit code when it is over. */
  int follow(TrainingRun run) throws Exception {
    return follow(run, new RunListener() {});
  }

  /** The same, but stops the run after a time, with a checkpoint. */
  int follow(TrainingRun run, Duration budget) throws Exception {
    long start = System.nanoTime();
    return follow(
        run,
        new RunListener() {
          @Override
          public void onStep(StepReport report) {
            if (System.nanoTime() - start >= budget.toNanos()) {
              run.stop();
            }
          }
        });
  }

  private int follow(TrainingRun run, RunListener guard) throws Exception {
    RunTally tally = RunTally.of(run);
    try (Interruption interruption = Interruption.stops(run)) {
      RunState state;
      try (AutoCloseable tallied = run.listen(tally);
          AutoCloseable shown = run.listen(progress);
          AutoCloseable guarded = run.listen(guard)) {
        run.start();
        state = run.await();
      } finally {
        progress.end();
      }
      return sumUp(run, tally, state);
    }
  }

  private int sumUp(TrainingRun run, RunTally tally, RunState state) {
    boolean failed = state == RunState.FAILED;
    boolean unfinished = run.step() < run.config().training().steps();
    if (failed) {
      terminal.err().println("switchyard: " + run.failure().orElse("The run failed."));
    } else if (unfinished) {
      terminal
          .err()
          .println(
              "Stopped after step %d; go on with: switchyard resume %s"
                  .formatted(run.step(), quoted(run.folder().toString())));
    }
    if (json) {
      String word = failed ? "failed" : unfinished ? "stopped" : "finished";
      JsonLines.write(terminal.out(), "summary", tally.figures(run.folder(), word));
    } else {
      terminal.out().println(tally.line(run.folder()));
    }
    if (!failed) {
      return Problems.DONE;
    }
    // A full disk is nothing that the run did.
    boolean ofTheDisk = run.failure().filter(FileProblem::isOne).isPresent();
    return ofTheDisk ? Problems.BAD_INPUT : Problems.FAILED;
  }

  private static String quoted(String path) {
    return path.contains(" ") ? "\"" + path + "\"" : path;
  }
}
