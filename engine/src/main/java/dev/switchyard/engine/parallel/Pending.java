package dev.switchyard.engine.parallel;

/** A collective that a rank has started. Its buffers belong to it until {@link #await} returns. */
@FunctionalInterface
public interface Pending {
  /** Done at once. */
  Pending DONE = () -> {};

  /**
   * Waits for the end; from then on all ranks' results are in their buffers. A second call returns
   * at once.
   *
   * @throws RankFailure if a rank failed, stalled, or asked for something that does not fit
   */
  void await();
}
