package dev.switchyard.views.task;

/** What work tells of itself, and hears, while it is done; from any thread. */
public interface Progress {
  /** Says how much is done, from 0 to 1. */
  void set(double share);

  /** Whether anybody still waits for the result; if not, end with a cancellation. */
  boolean isWanted();
}
