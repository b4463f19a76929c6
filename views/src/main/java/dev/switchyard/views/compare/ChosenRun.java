package dev.switchyard.views.compare;

import dev.switchyard.engine.observe.RunCurves;
import dev.switchyard.engine.train.ComparedRun;
import dev.switchyard.views.chart.LineChartPane.Zoom;
import java.nio.file.Path;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;

/** A run that stands on the chart, as far as it is read. */
final class ChosenRun {
  /** A stretch of the run, read in full because it is zoomed in on. */
  record Part(Zoom zoom, RunCurves curves) {}

  final Path folder;

  /** Number of its colour. */
  final int color;

  /** Null until it is opened. */
  final ObjectProperty<ComparedRun> run = new SimpleObjectProperty<>();

  final ObjectProperty<RunCurves> curves = new SimpleObjectProperty<>(RunCurves.EMPTY);
  final ObjectProperty<Part> part = new SimpleObjectProperty<>();
  final StringProperty state = new SimpleStringProperty("");

  /** Why it can't be shown; empty where it can. */
  final StringProperty problem = new SimpleStringProperty("");

  /** Whether its history is being read for the first time. */
  final BooleanProperty reading = new SimpleBooleanProperty();

  /** The share that is read. */
  final DoubleProperty progress = new SimpleDoubleProperty();

  // Written by the thread that reads, looked at by the window's; and the other way round.
  volatile double shareRead;
  volatile boolean stopped;

  ChosenRun(Path folder, int color) {
    this.folder = folder;
    this.color = color;
  }

  /** Its name; two runs of the same name go by their folders. */
  String name() {
    return folder.getFileName() == null ? folder.toString() : folder.getFileName().toString();
  }

  /** Whether there is something of it to draw. */
  boolean isShown() {
    return run.get() != null && curves.get().lastStep() > 0;
  }

  /** What is drawn: the stretch that is zoomed in on where it was read, else all. */
  RunCurves drawn(Zoom zoom) {
    Part read = part.get();
    return zoom != null && read != null && read.zoom().equals(zoom) ? read.curves() : curves.get();
  }
}
