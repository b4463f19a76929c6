package dev.switchyard.app.command;

import dev.switchyard.engine.train.TrainingRun;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Lets a run end well when somebody presses Ctrl-C or the system ends the process: the run takes a
 * checkpoint, and the command says its last words before the JVM halts.
 */
final class Interruption implements AutoCloseable {
  /** For a checkpoint of a large model on a slow disk. */
  private static final long PATIENCE_SECONDS = 120;

  private final TrainingRun run;
  private final CountDownLatch lastWordsSaid = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stopAndWait, "stop-at-interrupt");
  private volatile boolean happened;

  private Interruption(TrainingRun run) {
    this.run = run;
  }

  /** From now until it is closed an interrupt stops the run. */
  static Interruption stops(TrainingRun run) {
    Interruption interruption = new Interruption(run);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Whether it came. */
  boolean happened() {
    return happened;
  }

  void stopAndWait() {
    happened = true;
    run.stop();
    try {
      if (!lastWordsSaid.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LoggerFactory.getLogger(Interruption.class).warn("{} did not stop in time", run.folder());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command has said everything. */
  @Override
  public void close() {
    lastWordsSaid.countDown();
    if (!happened) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is going down this very moment, and the hook finds its latch open.
        happened = true;
      }
    }
  }
}
