package dev.switchyard.engine.parallel;

/** What the devices along one axis of a {@link Mesh} divide among themselves. */
public enum Axis {
  /** Rows of the batch; all weights are on every device. */
  DATA,
  /** Rows of the batch and the experts; each expert is on one device of the axis. */
  EXPERT,
  /** The hidden width of feed-forward networks and experts, and the attention heads. */
  MODEL;

  /** As people write it: "data", "expert", "model". */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
