package dev.switchyard.views.task;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.stage.Stage;
import javafx.stage.Window;

/**
 * Calls something on the window's thread some times a second, however many events there were. In
 * between that thread sleeps; an animation timer would wake it, and lay the scene out, sixty times
 * a second. Used on the window's thread.
 */
public final class Pulse {
  /** A pause as short as this is over with the next frame. */
  private static final long FRAME = TimeUnit.MILLISECONDS.toNanos(17);

  private final long interval;
  private final BooleanSupplier beat;
  private final RedrawBudget budget;
  private final AnimationTimer frames =
      new AnimationTimer() {
        @Override
        public void handle(long now) {
          beatOfFrame();
        }
      };
  private long run;
  private boolean started;
  private boolean eachFrame;

  /**
   * Makes a pulse that is not started yet.
   *
   * @param perSecond most beats in a second
   * @param beat what to do
   */
  public Pulse(double perSecond, Runnable beat) {
    this(
        perSecond,
        () -> {
          beat.run();
          return true;
        },
        null);
  }

  /** Whether a window with this node is shown, and not as an icon. */
  private static boolean isSeen(Node node) {
    Window window = node.getScene() == null ? null : node.getScene().getWindow();
    return window != null
        && window.isShowing()
        && !(window instanceof Stage stage && stage.isIconified());
  }

  private Pulse(double perSecond, BooleanSupplier beat, RedrawBudget budget) {
    this.interval = (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    this.beat = beat;
    this.budget = budget;
  }

  /**
   * A pulse for pictures that move: as many beats as the machine has to spare, and few where
   * training needs all of it; see {@link RedrawBudget}. Nothing is drawn where nobody sees it.
   *
   * @param where it is drawn
   * @param perSecond most beats in a second while there is something new
   * @param draw draws, and says whether there was anything new
   */
  public static Pulse ofPictures(Node where, double perSecond, BooleanSupplier draw) {
    return new Pulse(perSecond, () -> isSeen(where) && draw.getAsBoolean(), new RedrawBudget());
  }

  /** Starts to beat, at once. */
  public void start() {
    if (!started) {
      started = true;
      long mine = ++run;
      Platform.runLater(() -> beat(mine));
    }
  }

  /** Beats no more. */
  public void stop() {
    started = false;
    followFrames(false);
  }

  private void beat(long mine) {
    if (!started || mine != run) {
      return;
    }
    long begin = System.nanoTime();
    long pause = interval;
    try {
      pause = beat();
    } finally {
      if (pause <= FRAME) {
        followFrames(true);
      } else {
        long left = Math.max(0, pause - (System.nanoTime() - begin));
        CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS, Platform::runLater)
            .execute(() -> beat(mine));
      }
    }
  }

  private long beat() {
    boolean drawn = beat.getAsBoolean();
    return budget == null ? interval : budget.pause(interval, drawn);
  }

  /** Where every frame is wanted, frames are the clock; as soon as one is not, they are not. */
  private void beatOfFrame() {
    long pause = beat();
    if (pause > FRAME && started) {
      followFrames(false);
      long mine = ++run;
      CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, Platform::runLater)
          .execute(() -> beat(mine));
    }
  }

  private void followFrames(boolean now) {
    if (now != eachFrame) {
      eachFrame = now;
      if (now) {
        frames.start();
      } else {
        frames.stop();
      }
    }
  }
}
