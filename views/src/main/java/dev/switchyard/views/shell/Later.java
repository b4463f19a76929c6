package dev.switchyard.views.shell;

import java.util.ArrayDeque;
import java.util.Queue;
import javafx.animation.AnimationTimer;

/**
 * What a window is made of besides its first picture: made once that stands, a part each frame, or
 * all at once where somebody needs it before. Used on the window's thread.
 */
final class Later extends AnimationTimer {
  /** Pictures after which the first screen stands as it will stay. */
  private static final int FIRST_PICTURES = 3;

  private final Queue<Runnable> parts = new ArrayDeque<>();
  private int pictures;

  /** Adds a part, made after those before it. */
  void add(Runnable part) {
    parts.add(part);
  }

  /** Makes all that is not made yet. */
  void now() {
    while (!parts.isEmpty()) {
      parts.remove().run();
    }
    stop();
  }

  @Override
  public void handle(long time) {
    if (parts.isEmpty()) {
      stop();
    } else if (++pictures > FIRST_PICTURES) {
      parts.remove().run();
    }
  }
}
