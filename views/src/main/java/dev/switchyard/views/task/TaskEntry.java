package dev.switchyard.views.task;

import java.time.Duration;
import java.time.Instant;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/** A piece of work off the window's thread that a person is told of. */
public final class TaskEntry implements Progress {
  /** How it stands. */
  public enum State {
    RUNNING,
    DONE,
    FAILED,
    STOPPED
  }

  private final String title;
  private final Instant started = Instant.now();
  private final ReadOnlyObjectWrapper<State> state = new ReadOnlyObjectWrapper<>(State.RUNNING);
  private volatile double share = Double.NaN;
  private volatile boolean wanted = true;
  private Instant ended;
  private Runnable abandon = () -> {};

  TaskEntry(String title) {
    this.title = title;
  }

  /** What is done, for people. */
  public String title() {
    return title;
  }

  /** When it started. */
  public Instant started() {
    return started;
  }

  /** How long it has taken, or took. */
  public Duration taken() {
    return Duration.between(started, ended == null ? Instant.now() : ended);
  }

  /** How it stands; changes on the window's thread. */
  public ReadOnlyObjectProperty<State> stateProperty() {
    return state.getReadOnlyProperty();
  }

  /** How much is done, from 0 to 1; NaN: it does not say. */
  public double share() {
    return share;
  }

  @Override
  public void set(double done) {
    share = done;
  }

  @Override
  public boolean isWanted() {
    return wanted;
  }

  /**
   * Nobody waits for it any more: work that looks for that ends soon, the result of other work is
   * thrown away.
   */
  public void cancel() {
    if (state.get() == State.RUNNING) {
      abandon.run();
    }
  }

  void setAbandon(Runnable abandon) {
    this.abandon = abandon;
  }

  void end(State now) {
    if (state.get() == State.RUNNING) {
      ended = Instant.now();
      state.set(now);
    }
  }

  void unwanted() {
    wanted = false;
  }
}
