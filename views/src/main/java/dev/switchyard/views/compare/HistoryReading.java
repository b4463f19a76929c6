package dev.switchyard.views.compare;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.store.CurveReader;
import dev.switchyard.engine.train.ComparedRun;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.chart.LineChartPane.Zoom;
import dev.switchyard.views.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import javafx.application.Platform;

/**
 * Reads the histories of the runs on the chart, off the window's thread: first some places of a
 * long one, then all, then what is added to it; and in full the stretch that is zoomed in on.
 */
final class HistoryReading {
  /** Smoothing looks so many windows back, where a value weighs 5%. */
  private static final double WINDOWS_BACK = 3;

  private final Workbench workbench;
  private final Tasks tasks;
  private final CompareModel model;

  /** Looked at by the threads that read. */
  private volatile Zoom wanted;

  HistoryReading(Workbench workbench, Tasks tasks, CompareModel model) {
    this.workbench = workbench;
    this.tasks = tasks;
    this.model = model;
  }

  /** What a look at a run brought. */
  private record Look(ChosenRun run, RunCurves curves, String state) {}

  /** Opens a run and reads its history. */
  void open(ChosenRun run) {
    run.reading.set(true);
    tasks.run(
        run,
        "reading the history of " + run.name(),
        () -> {
          ComparedRun opened = workbench.compared(run.folder.toString());
          RunCurves overview = opened.curves().overview();
          Platform.runLater(() -> show(run, opened, overview));
          return look(run, opened.curves());
        },
        this::take,
        problem -> fail(run, problem));
  }

  private void show(ChosenRun run, ComparedRun opened, RunCurves overview) {
    run.run.set(opened);
    run.curves.set(overview);
    changed();
  }

  private static Look look(ChosenRun run, CurveReader reader) {
    RunCurves curves =
        reader.readOn(
            share -> {
              run.shareRead = share;
              return !run.stopped;
            });
    return new Look(run, curves, reader.state());
  }

  private void take(Look look) {
    ChosenRun run = look.run();
    run.reading.set(false);
    run.state.set(look.state());
    if (!run.curves.get().equals(look.curves())) {
      run.curves.set(look.curves());
      changed();
    }
  }

  private void fail(ChosenRun run, Throwable problem) {
    run.reading.set(false);
    if (problem instanceof CancellationException) {
      run.problem.set("Reading was stopped: what is drawn is a part.");
    } else {
      run.problem.set(Tasks.line(problem));
      if (!(problem instanceof InputException)) {
        tasks.tell(problem);
      }
    }
    changed();
  }

  private void changed() {
    model.version.set(model.version.get() + 1);
  }

  /** Stops what is being read of a run. */
  void stop(ChosenRun run) {
    run.stopped = true;
  }

  /** Shows how far reading came, and reads what was written since the last look. */
  void lookAgain() {
    List<ChosenRun> due = new ArrayList<>();
    for (ChosenRun run : model.chosen) {
      run.progress.set(run.shareRead);
      if (run.run.get() != null && !run.reading.get() && !run.stopped) {
        due.add(run);
      }
    }
    if (due.isEmpty() || tasks.isUnderWay(this)) {
      return;
    }
    tasks.run(
        this,
        "",
        () -> due.stream().map(run -> look(run, run.run.get().curves())).toList(),
        looks -> looks.forEach(this::take),
        problem -> {
          if (!(problem instanceof CancellationException)) {
            due.forEach(run -> run.problem.set(Tasks.line(problem)));
          }
        });
  }

  /** Reads in full the stretch that is zoomed in on, of the runs that have more steps than rows. */
  void readParts() {
    Zoom zoom = model.scale.get().zoom();
    wanted = zoom;
    for (ChosenRun run : model.chosen) {
      if (run.isShown() && !run.curves.get().everyStep()) {
        readPart(run, zoom);
      }
    }
  }

  private void readPart(ChosenRun run, Zoom zoom) {
    CurveReader reader = run.run.get().curves();
    double[] steps = new ZoomedSteps(run, model.measure.get()).of(zoom);
    double before = WINDOWS_BACK * model.smoothingWindow();
    tasks.run(
        List.of(run, "part"),
        "reading a part of " + run.name(),
        () ->
            reader.between(
                Math.max(0, steps[0] - before), steps[1], share -> !run.stopped && isWanted(zoom)),
        part -> {
          run.part.set(new ChosenRun.Part(zoom, part));
          changed();
        },
        problem -> {
          if (!(problem instanceof CancellationException)) {
            tasks.tell(problem);
          }
        });
  }

  /** Whether a stretch is still the one that is zoomed in on. */
  private boolean isWanted(Zoom zoom) {
    return zoom.equals(wanted);
  }
}
