package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.train.RunConfig;
import java.util.List;

/** What the live screen can show: a run, or the replay of one. */
public sealed interface Session permits RunSession, Replay {
  /** For people. */
  String name();

  /** The configuration that it ran or runs with. */
  RunConfig config();

  /** "ready", "running", "paused", "stopping", "finished", "failed" or "replay". */
  String state();

  /** Why it failed; empty: it did not. */
  String failure();

  /** The history up to now. */
  List<RunEvent> events();

  /** The last step. */
  long step();

  /** Steps of the whole run. */
  long steps();

  /** What the models in training take of memory, in bytes; 0: not known. */
  default long memoryBytes() {
    return 0;
  }

  /** Whether another process trains it. */
  default boolean isElsewhere() {
    return false;
  }

  /** Its steps so far. */
  RunHistory history();
}
