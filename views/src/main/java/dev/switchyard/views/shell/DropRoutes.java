package dev.switchyard.views.shell;

import dev.switchyard.views.drop.DropRoute;
import dev.switchyard.views.drop.Dropped;
import dev.switchyard.views.navigation.Navigator;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Which screen suits what is dropped: the one that is seen where it can, else the likeliest. */
final class DropRoutes {
  private final Navigator navigator;
  private final Supplier<Place> place;
  private final Consumer<Path> readText;
  private final Consumer<Path> plan;

  /**
   * Routes to the window's screens.
   *
   * @param place the screen that is seen
   * @param readText takes a text into the explorer
   * @param plan takes a model's configuration into the planner
   */
  DropRoutes(
      Navigator navigator, Supplier<Place> place, Consumer<Path> readText, Consumer<Path> plan) {
    this.navigator = navigator;
    this.place = place;
    this.readText = readText;
    this.plan = plan;
  }

  /** Where something goes; null: it can't be opened. */
  DropRoute of(Dropped dropped) {
    List<Path> paths = dropped.paths();
    Path first = paths.getFirst();
    return switch (dropped.kind()) {
      case RUN -> run(paths);
      case MODEL ->
          place.get() == Place.INSPECT
              ? new DropRoute(
                  "Look at the model’s weights", () -> navigator.inspect(first.toString()))
              : new DropRoute(
                  "Explore where the model’s tokens go", () -> navigator.explore(first.toString()));
      case RECORDING ->
          new DropRoute("Replay the recording", () -> navigator.replay(first.toString()));
      case CONFIG ->
          new DropRoute("Plan a cluster for this configuration", () -> plan.accept(first));
      case TEXT ->
          place.get() == Place.EXPLORE && paths.size() == 1
              ? new DropRoute("See where the text’s tokens go", () -> readText.accept(first))
              : training(paths, "Train on this text");
      case CORPUS -> training(paths, "Train on these texts");
      case UNKNOWN -> null;
    };
  }

  private DropRoute training(List<Path> paths, String what) {
    return new DropRoute(what, () -> navigator.newRun(null, paths));
  }

  private DropRoute run(List<Path> paths) {
    Path first = paths.getFirst();
    if (paths.size() > 1 || place.get() == Place.COMPARE) {
      return new DropRoute(
          paths.size() > 1 ? "Compare the runs" : "Lay the run beside the others",
          () -> navigator.compare(paths));
    }
    return switch (place.get()) {
      case EXPLORE ->
          new DropRoute(
              "Explore where the run’s tokens go", () -> navigator.explore(first.toString()));
      case INSPECT ->
          new DropRoute("Look at the run’s weights", () -> navigator.inspect(first.toString()));
      default -> new DropRoute("Open the run, ready to go on", () -> navigator.resume(first));
    };
  }
}
