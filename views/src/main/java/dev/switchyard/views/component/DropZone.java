package dev.switchyard.views.component;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import javafx.css.PseudoClass;
import javafx.scene.Node;
import javafx.scene.input.DragEvent;
import javafx.scene.input.TransferMode;

/** Lets files and folders be dropped on a node, which lights up while they hover. */
public final class DropZone {
  private static final PseudoClass HOVERED = PseudoClass.getPseudoClass("drop");

  private DropZone() {}

  /** Takes what is dropped on a node. */
  public static void on(Node node, Consumer<List<Path>> take) {
    node.addEventHandler(
        DragEvent.DRAG_OVER,
        e -> {
          if (e.getDragboard().hasFiles()) {
            e.acceptTransferModes(TransferMode.COPY, TransferMode.LINK);
            node.pseudoClassStateChanged(HOVERED, true);
            e.consume();
          }
        });
    node.addEventHandler(DragEvent.DRAG_EXITED, e -> node.pseudoClassStateChanged(HOVERED, false));
    node.addEventHandler(
        DragEvent.DRAG_DROPPED,
        e -> {
          if (e.getDragboard().hasFiles()) {
            take.accept(e.getDragboard().getFiles().stream().map(File::toPath).toList());
            e.setDropCompleted(true);
            e.consume();
          }
        });
  }
}
