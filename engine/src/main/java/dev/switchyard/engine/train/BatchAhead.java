package dev.switchyard.engine.train;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.BatchStream;
import dev.switchyard.engine.data.Position;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Prepares the next batch on a thread of its own while the present one is computed. */
final class BatchAhead implements AutoCloseable {
  /**
   * A batch and what goes with it.
   *
   * @param batch to train on
   * @param after where the stream stands once this batch is used: a run resumed there continues
   *     with the next
   */
  record Ready(Batch batch, Position after) {}

  private final BatchStream stream;
  private final ExecutorService thread;
  private Future<Ready> next;

  /**
   * Takes over a stream, and closes it in the end.
   *
   * @param name of the run, for the thread
   */
  BatchAhead(BatchStream stream, String name) {
    this.stream = stream;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("batches of " + name).daemon().factory());
    this.next = thread.submit(this::draw);
  }

  private Ready draw() {
    Batch batch = stream.next();
    return new Ready(batch, stream.position());
  }

  /** Waits for the next batch; what went wrong while it was read is thrown here. */
  Ready take() {
    try {
      Ready ready = next.get();
      next = thread.submit(this::draw);
      return ready;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for data", e);
    }
  }

  @Override
  public void close() {
    thread.close();
    stream.close();
  }
}
