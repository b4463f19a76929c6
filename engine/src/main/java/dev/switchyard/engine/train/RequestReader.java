package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunRequests;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what other processes ask of a run, on a thread of its own, and hands it to the run. */
final class RequestReader implements AutoCloseable {
  private static final long MILLISECONDS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(RequestReader.class);

  private final TrainingRun run;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Begins to listen; what was asked before the run was opened is forgotten. */
  RequestReader(TrainingRun run) {
    this.run = run;
    RunRequests.forget(run.folder());
    Thread.ofPlatform()
        .name("requests to " + run.folder().getFileName())
        .daemon()
        .start(this::work);
  }

  private void work() {
    try {
      while (!ended.await(MILLISECONDS, TimeUnit.MILLISECONDS)) {
        try {
          RunRequests.take(run.folder()).ifPresent(this::pass);
          if (RunFolder.isGone(run.folder())) {
            run.checkpointNow(); // fails, and says why: now, not when the next one is due
          }
        } catch (InputException e) {
          LOG.warn("What was asked of {} can't be read: {}", run.folder(), e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(RunRequests.Request request) {
    switch (request) {
      case PAUSE -> run.pause();
      case RESUME -> {
        run.start();
        run.resume();
      }
      case STEP -> run.singleStep();
      case CHECKPOINT -> run.checkpointNow();
      case STOP -> run.stop();
    }
  }

  /** Listens no more; does not wait, as the run may be what closes it. */
  @Override
  public void close() {
    ended.countDown();
  }
}
