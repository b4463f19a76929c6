package dev.switchyard.views.component;

import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Skin;

/**
 * A pane that scrolls and keeps no picture of its content. JavaFX's own keeps one, which is quick
 * to move; but where something in it changes, as charts do with every frame, the whole content is
 * drawn anew into that picture, and not only what changed.
 */
public final class PlainScroll extends ScrollPane {
  private static final String SHOWN = "viewport";

  /** A pane for some content. */
  public PlainScroll(Node content) {
    super(content);
  }

  @Override
  protected Skin<?> createDefaultSkin() {
    Skin<?> skin = super.createDefaultSkin();
    getChildren().stream()
        .filter(part -> part.getStyleClass().contains(SHOWN))
        .forEach(part -> part.setCache(false));
    return skin;
  }
}
