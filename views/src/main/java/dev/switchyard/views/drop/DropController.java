package dev.switchyard.views.drop;

import dev.switchyard.views.drop.DropModel.Way;
import dev.switchyard.views.task.Notices;
import dev.switchyard.views.task.Tasks;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.input.DragEvent;
import javafx.scene.input.TransferMode;

/** Lets files and folders be dropped anywhere on the window, and says beforehand what happens. */
public final class DropController {
  private final Tasks tasks;
  private final Notices notices;
  private final Function<Dropped, DropRoute> routes;
  private final DropModel model = new DropModel();
  private final DropView view = new DropView(model);
  private List<Path> hovering = List.of();

  /**
   * Nothing hovers.
   *
   * @param routes says where something goes; null: it can't be opened
   */
  public DropController(Tasks tasks, Notices notices, Function<Dropped, DropRoute> routes) {
    this.tasks = tasks;
    this.notices = notices;
    this.routes = routes;
  }

  /** What lies over the window while something hovers. */
  public Node view() {
    return view;
  }

  /** Listens to what is dragged over a scene; parts of it that take drops themselves go first. */
  public void listen(Scene scene) {
    scene.addEventFilter(
        DragEvent.DRAG_OVER,
        e -> {
          if (e.getDragboard().hasFiles()) {
            hover(paths(e));
          }
        });
    scene.addEventHandler(
        DragEvent.DRAG_OVER,
        e -> {
          if (e.getDragboard().hasFiles()) {
            e.acceptTransferModes(TransferMode.COPY, TransferMode.LINK);
            e.consume();
          }
        });
    scene.addEventFilter(DragEvent.DRAG_EXITED_TARGET, e -> leaveIfOutside(scene, e));
    scene.addEventFilter(DragEvent.DRAG_DROPPED, e -> leave());
    scene.addEventHandler(
        DragEvent.DRAG_DROPPED,
        e -> {
          if (e.getDragboard().hasFiles()) {
            drop(paths(e));
            e.setDropCompleted(true);
            e.consume();
          }
        });
  }

  private static List<Path> paths(DragEvent e) {
    return e.getDragboard().getFiles().stream().map(File::toPath).toList();
  }

  private void leaveIfOutside(Scene scene, DragEvent e) {
    if (e.getSceneX() <= 0
        || e.getSceneY() <= 0
        || e.getSceneX() >= scene.getWidth() - 1
        || e.getSceneY() >= scene.getHeight() - 1) {
      leave();
    }
  }

  /** Something hovers over the window: its way is shown. */
  public void hover(List<Path> paths) {
    if (paths.equals(hovering)) {
      return;
    }
    hovering = paths;
    tasks.run(
        this + "hover",
        "",
        () -> Dropped.of(paths),
        dropped -> {
          if (paths.equals(hovering)) {
            model.way.set(way(dropped));
          }
        });
  }

  /** Nothing hovers any more. */
  public void leave() {
    hovering = List.of();
    model.way.set(null);
  }

  /** Something was dropped: it is opened where it suits, or a person is told why it can't be. */
  public void drop(List<Path> paths) {
    leave();
    tasks.run(
        this + "drop",
        "looking at " + paths.getFirst().getFileName(),
        () -> Dropped.of(paths),
        dropped -> {
          DropRoute route = routes.apply(dropped);
          if (route == null) {
            notices.problem(refusal(dropped), "");
          } else {
            route.go().run();
          }
        });
  }

  private Way way(Dropped dropped) {
    DropRoute route = routes.apply(dropped);
    return route == null
        ? new Way(false, "This can’t be opened", refusal(dropped))
        : new Way(true, route.what(), names(dropped.paths()));
  }

  private static String names(List<Path> paths) {
    String first = paths.getFirst().getFileName().toString();
    return paths.size() == 1 ? first : "%s and %d more".formatted(first, paths.size() - 1);
  }

  private static String refusal(Dropped dropped) {
    return ("%s is nothing that can be opened here: drop the folder of a run, a checkpoint or a"
            + " model, a config.json, or texts (.txt, .md, .jsonl, .tsv).")
        .formatted(names(dropped.paths()));
  }
}
