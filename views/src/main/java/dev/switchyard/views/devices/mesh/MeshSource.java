package dev.switchyard.views.devices.mesh;

import dev.switchyard.engine.train.TrainingRun;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * A run whose devices can be looked at.
 *
 * @param folder where it is
 * @param run in this window; null: read from its folder
 * @param recorded the state of one that is read; empty for one in this window
 */
record MeshSource(Path folder, TrainingRun run, String recorded) {
  String name() {
    Path name = folder.getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  String state() {
    return run == null ? recorded : run.state().name().toLowerCase(Locale.ROOT);
  }

  /** Whether steps may still come. */
  boolean isGrowing() {
    return run == null && (recorded.equals("running") || recorded.equals("paused"));
  }

  /** Whether both are the same run, whatever its state is now. */
  boolean isSame(MeshSource other) {
    return other != null && folder.equals(other.folder) && Objects.equals(run, other.run);
  }
}
