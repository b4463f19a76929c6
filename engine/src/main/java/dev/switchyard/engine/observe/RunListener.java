package dev.switchyard.engine.observe;

/**
 * Hears what a training run does. Calls come from a thread of the run's own, in order; a slow
 * listener delays other listeners, never a step. Exceptions are logged.
 */
public interface RunListener {
  /** A step is done. */
  default void onStep(StepReport report) {}

  /** Something stands in the run's history. */
  default void onEvent(RunEvent event) {}

  /** The model looked at the run's probes. */
  default void onProbes(ProbeReport report) {}

  /** The state has changed. */
  default void onState(RunState state) {}
}
