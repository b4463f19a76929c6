package dev.switchyard.views.task;

import javafx.animation.AnimationTimer;

/** Calls something on the window's thread some times a second, however many events there were. */
public final class Pulse extends AnimationTimer {
  private final long interval;
  private final Runnable beat;
  private long last;

  /**
   * Makes a pulse that is not started yet.
   *
   * @param perSecond most beats in a second
   * @param beat what to do
   */
  public Pulse(double perSecond, Runnable beat) {
    this.interval = (long) (1e9 / perSecond);
    this.beat = beat;
  }

  @Override
  public void handle(long now) {
    if (now - last >= interval) {
      last = now;
      beat.run();
    }
  }
}
