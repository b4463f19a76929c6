package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A training run, seen from outside. Commands may come from any thread; they take effect between
 * two steps, are recorded in the run's history, and return at once.
 */
public interface TrainingRun extends AutoCloseable {
  /** The run's folder. */
  Path folder();

  /** The configuration that it runs with now. */
  RunConfig config();

  /** Where it stands. */
  RunState state();

  /** Why it failed: one line for people. */
  Optional<String> failure();

  /** The last finished step; 0 before the first. */
  long step();

  /** READY to RUNNING. */
  void start();

  /** RUNNING to PAUSED, after the step in hand. */
  void pause();

  /** PAUSED to RUNNING. */
  void resume();

  /** At READY or PAUSED: one step, then PAUSED. */
  void singleStep();

  /** Takes a checkpoint after the step in hand, and ends: STOPPING, then FINISHED. */
  void stop();

  /** Takes a checkpoint after the step in hand. */
  void checkpointNow();

  /**
   * Goes on with other settings after the step in hand, in any state before the end: takes a
   * checkpoint, then puts the change, with each old and new value, into the run's history and the
   * new settings into its folder.
   *
   * @param settings new values by name; see {@link RunChange#SETTINGS}
   * @throws InputException at once where they can't be had
   */
  void change(Map<String, String> settings);

  /**
   * A folder with the weights as they are after the step in hand: the checkpoint of that step,
   * which is taken if it is not there yet.
   */
  CompletableFuture<Path> currentWeights();

  /**
   * Where every token of the next step's batch goes; known when that step is done. A step that
   * nobody asks for is not looked at.
   *
   * @return fails with an {@link InputException} where the run ends before, or another process
   *     trains it
   */
  default CompletableFuture<BatchRouting> nextBatch() {
    return CompletableFuture.failedFuture(
        new InputException("Only the process that trains a run sees the tokens of its batches."));
  }

  /** Whether this process trains it; if not it is watched, and to close it does not end it. */
  default boolean isTrainedHere() {
    return true;
  }

  /**
   * Bytes that weights, gradients, optimizer and the largest pass' activations take, of both models
   * and on all devices together; 0 where that is not known (yet).
   */
  default long memoryBytes() {
    return 0;
  }

  /** Adds a listener; it hears what follows. The returned handle removes it. */
  AutoCloseable listen(RunListener listener);

  /**
   * The reports of the steps so far, those before a resume included; a snapshot. Of very long runs
   * the older ones are thinned out evenly; the run's folder has all.
   */
  List<StepReport> reports();

  /** The history so far; a snapshot. */
  List<RunEvent> events();

  /** The looks at the probes so far; a snapshot, thinned out like the reports. */
  List<ProbeReport> probes();

  /** The model in training under the microscope; requests run between two steps. */
  Microscope microscope();

  /** Waits until the run is over, its folder is complete and its listeners have heard all. */
  RunState await() throws InterruptedException;

  /** Stops, waits, and frees the model. */
  @Override
  void close();
}
