package dev.switchyard.views.navigation;

import java.nio.file.Path;
import java.util.List;

/** How one screen sends a person to another. Called on the window's thread. */
public interface Navigator {
  /** Opens a model in the explorer: a sample's name, a run folder, a checkpoint, a model folder. */
  void explore(String model);

  /** A model that a person will likely explore next: it may be opened before they ask. */
  void expect(String model);

  /** Opens the model in training in the explorer. */
  void exploreTraining();

  /** Replays the training of a sample or of a run, as if it were now. */
  void replay(String model);

  /** Shows the form of a new run, with a preset (null: as it stands) and texts (may be empty). */
  void newRun(String preset, List<Path> texts);

  /** Opens the weights of a model: a sample's name, a run folder, a checkpoint, a model folder. */
  void inspect(String model);

  /** Shows a run that exists, ready to go on. */
  void resume(Path folder);

  /** Puts runs beside those that are compared already. */
  void compare(List<Path> runs);
}
