package dev.switchyard.views.component;

import javafx.scene.TraversalDirection;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/**
 * A field of several lines that Tab leaves, as it leaves all others; it writes no tab character.
 */
public final class WrittenText extends TextArea {
  /** Empty, its lines wrapped. */
  public WrittenText() {
    setWrapText(true);
    addEventFilter(
        KeyEvent.KEY_PRESSED,
        e -> {
          if (e.getCode() == KeyCode.TAB && !e.isControlDown() && !e.isAltDown()) {
            requestFocusTraversal(
                e.isShiftDown() ? TraversalDirection.PREVIOUS : TraversalDirection.NEXT);
            e.consume();
          }
        });
  }
}
