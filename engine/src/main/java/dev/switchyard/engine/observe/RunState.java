package dev.switchyard.engine.observe;

/** Where a training run stands. */
public enum RunState {
  READY,
  RUNNING,
  PAUSED,
  STOPPING,
  /** All its steps are done, or it was stopped: it can go on with more. */
  FINISHED,
  FAILED;

  /** Whether its thread has ended. */
  public boolean isOver() {
    return this == FINISHED || this == FAILED;
  }
}
