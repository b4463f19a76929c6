package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.RunListener;

/** Shows a run while it goes on. */
public interface Progress extends RunListener {
  /** Nothing more comes: leaves the terminal as other programs want it. May be called again. */
  default void end() {}
}
