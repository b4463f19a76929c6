package dev.switchyard.engine.backend;

/**
 * Tensors on their way from the device, as they were when {@link Backend#readLater} was called: the
 * work that was asked for since goes on meanwhile, and may overwrite them. For the thread that uses
 * the backend.
 */
public interface Reading {
  /** Whether they are here, so that {@link #take} does not wait. */
  boolean isHere();

  /** The numbers; waits until they are here. */
  HostNumbers take();
}
