package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.samples.Samples;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds the folder of a model that a person names. */
final class ModelNames {
  /** A checkpoint is run/checkpoints/step-N. */
  private static final int CHECKPOINT_DEPTH = 2;

  private final Home home;
  private final Samples samples;

  ModelNames(Home home, Samples samples) {
    this.home = home;
    this.samples = samples;
  }

  /**
   * A run, a checkpoint or a model folder by its path; a run by its name in the runs folder; or a
   * sample by its name, copied out of the program if need be.
   *
   * @throws InputException if there is none of that name
   */
  Path folder(String model) {
    Path path = path(model);
    if (Files.exists(path)) {
      return path.toAbsolutePath().normalize();
    }
    Path run = home.runNamed(path);
    if (Files.exists(run)) {
      return run;
    }
    if (isSample(model)) {
      return samples.extract(model, home.cache());
    }
    List<String> named = samples.list().stream().map(Workbench.Sample::name).toList();
    String known = named.isEmpty() ? "" : " (" + String.join(", ", named) + ")";
    throw new InputException(
        "There is no model \"%s\": name a run's folder, a checkpoint, or a sample%s."
            .formatted(model, known));
  }

  boolean isSample(String model) {
    return !Files.exists(path(model))
        && samples.list().stream().anyMatch(sample -> sample.name().equals(model));
  }

  /** The configuration of the run that a folder is, or is a checkpoint of. */
  static Optional<RunConfig> runConfig(Path folder) {
    Path run = folder;
    for (int up = 0; up <= CHECKPOINT_DEPTH && run != null; up++, run = run.getParent()) {
      if (RunFolder.isRun(run)) {
        return Optional.of(RunSummaries.config(run));
      }
    }
    return Optional.empty();
  }

  private static Path path(String model) {
    try {
      return Path.of(model);
    } catch (InvalidPathException e) {
      throw new InputException("There is no model \"%s\".".formatted(model), e);
    }
  }
}
