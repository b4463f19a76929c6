package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.BatchRouting;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks a run for the tokens of its next batch, one batch at a time: a step that is not shown is not
 * asked for. Used on the window's thread.
 */
final class BatchWatch {
  /** Nobody reads faster, and what a batch takes of a step stays far below what can be measured. */
  private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(400);

  private final LiveModel model;
  private CompletableFuture<BatchRouting> asked;
  private Session of;
  private long arrived;

  BatchWatch(LiveModel model) {
    this.model = model;
  }

  /**
   * Shows a batch that has come, and asks for one where it is seen, not held, and the last one was
   * there long enough; whether there is a new one.
   */
  boolean look() {
    Session session = model.session.get();
    if (of == null || !of.equals(session)) {
      of = session;
      asked = null;
      model.batch.set(null);
      model.noBatch.set("");
    }
    boolean here = asked != null && asked.isDone() && !asked.isCompletedExceptionally();
    boolean isNew = here && (model.batch.get() == null || !model.held.get());
    if (isNew) {
      arrived = System.nanoTime();
      model.batch.set(asked.join());
    }
    if (here) {
      asked = null; // one that was asked for before the batch was held is not shown any more
    }
    if (asked != null && asked.isCompletedExceptionally()) {
      model.noBatch.set(asked.exceptionNow().getMessage()); // it is the last that was asked for
    }
    if (asked == null && isWanted() && session instanceof RunSession run) {
      asked = run.run().nextBatch();
    }
    return isNew;
  }

  private boolean isWanted() {
    boolean fresh = model.batch.get() == null;
    boolean due = !model.held.get() && System.nanoTime() - arrived >= BETWEEN;
    return model.tokens.get() && (fresh || due);
  }
}
