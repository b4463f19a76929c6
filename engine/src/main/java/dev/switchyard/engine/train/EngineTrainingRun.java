package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.Checkpoints;
import dev.switchyard.engine.store.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run in this process. One thread trains; a step is a task in that thread's queue which puts the
 * next step behind itself, so that commands and the microscope's requests come between two steps,
 * in the order in which they were given.
 */
final class EngineTrainingRun implements TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(EngineTrainingRun.class);

  /** To count the memory lists every tensor: not at every step. */
  private static final long STEPS_BETWEEN_COUNTS = 100;

  private volatile RunConfig config;
  private final Path folder;
  private final ExecutorService thread;
  private final Trainer trainer;
  private final RunRecord record;
  private final Checkpoints checkpoints;
  private final boolean resumed;
  private final Microscope.Subject subject;
  private final RequestReader requests;

  private volatile RunState state = RunState.READY;
  private volatile String failure;
  private volatile long step;
  private volatile long memoryBytes;
  private final AtomicBoolean closed = new AtomicBoolean();

  // Only the trainer's thread looks at what follows.
  private boolean stepIsQueued;
  private boolean begun;
  private long checkpointStep;
  private final List<CompletableFuture<BatchRouting>> waiting = new ArrayList<>();

  /**
   * A run at READY, with a checkpoint of where it stands.
   *
   * @param thread on which the trainer was made; ended by {@link #close}
   * @param trainer closed by {@link #close}, as is the record when the run is over
   * @param resumed whether it goes on from a checkpoint
   */
  EngineTrainingRun(
      ExecutorService thread,
      Trainer trainer,
      RunRecord record,
      Path folder,
      Checkpoints checkpoints,
      boolean resumed) {
    this.thread = thread;
    this.trainer = trainer;
    this.record = record;
    this.folder = folder;
    this.checkpoints = checkpoints;
    this.config = trainer.setup().config();
    this.step = trainer.step();
    this.checkpointStep = step;
    this.resumed = resumed;
    this.subject = trainer.subject(folder.getFileName().toString());
    this.requests = new RequestReader(this);
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public RunConfig config() {
    return config;
  }

  @Override
  public RunState state() {
    return state;
  }

  @Override
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public void start() {
    command(
        () -> {
          if (state == RunState.READY) {
            begin();
            become(RunState.RUNNING);
            queueStep();
          }
        });
  }

  @Override
  public void pause() {
    command(
        () -> {
          if (state == RunState.RUNNING) {
            event("paused", "Paused after step " + step);
            become(RunState.PAUSED);
          }
        });
  }

  @Override
  public void resume() {
    command(
        () -> {
          if (state == RunState.PAUSED) {
            event("resumed", "Went on after step " + step);
            become(RunState.RUNNING);
            queueStep();
          }
        });
  }

  @Override
  public void singleStep() {
    command(
        () -> {
          if (state == RunState.READY || state == RunState.PAUSED) {
            begin();
            become(RunState.RUNNING);
            oneStep();
            if (state == RunState.RUNNING) {
              event("paused", "Paused after the single step " + step);
              become(RunState.PAUSED);
            }
          }
        });
  }

  @Override
  public void stop() {
    command(
        () -> {
          if (!state.isOver()) {
            become(RunState.STOPPING);
            takeCheckpoint();
            end(RunState.FINISHED, "stopped", "Stopped after step " + step);
          }
        });
  }

  @Override
  public void checkpointNow() {
    command(
        () -> {
          if (!state.isOver()) {
            takeCheckpoint();
          }
        });
  }

  @Override
  public void change(Map<String, String> settings) {
    RunChange checked = RunChange.of(config, settings);
    LOG.debug("{} is to go on with {}", folder, checked.text());
    command(
        () -> {
          RunChange change = new RunChange(config, config.with(settings));
          if (!state.isOver() && !change.isEmpty()) {
            takeCheckpoint();
            trainer.change(change.after());
            config = change.after();
            record.changed(step, change);
          }
        });
  }

  @Override
  public CompletableFuture<Path> currentWeights() {
    return betweenSteps(
        asked -> {
          if (!state.isOver()) {
            takeCheckpoint();
          }
          return checkpoints.newest();
        });
  }

  @Override
  public CompletableFuture<BatchRouting> nextBatch() {
    CompletableFuture<BatchRouting> asked = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            waiting.add(asked);
            if (state.isOver()) {
              endWaiting();
            }
          });
    } catch (RejectedExecutionException e) {
      asked.completeExceptionally(over());
    }
    return asked;
  }

  private static InputException over() {
    return new InputException("The run is over: there is no next batch.");
  }

  private void endWaiting() {
    failWaiting(over());
  }

  private void failWaiting(InputException why) {
    waiting.forEach(each -> each.completeExceptionally(why));
    waiting.clear();
  }

  private void begin() {
    if (!begun) {
      begun = true;
      event(
          resumed ? "resumed" : "started",
          resumed ? "Resumed from the checkpoint of step " + step : started());
    }
  }

  private String started() {
    String from = config.training().from();
    return from.isBlank() ? "Started" : "Started with the weights of " + from;
  }

  private void queueStep() {
    if (!stepIsQueued) {
      stepIsQueued = true;
      command(
          () -> {
            stepIsQueued = false;
            if (state == RunState.RUNNING) {
              oneStep();
            }
            if (state == RunState.RUNNING) {
              queueStep();
            }
          });
    }
  }

  private void oneStep() {
    TrainingConfig training = config.training();
    if (step < training.steps()) {
      if (!waiting.isEmpty()) {
        trainer.traceNext(this::tellWaiting);
      }
      StepReport report = trainer.next();
      step = report.step();
      if (memoryBytes == 0 || step % STEPS_BETWEEN_COUNTS == 0) {
        memoryBytes = trainer.memoryBytes();
      }
      if (isEvaluationDue(training)) {
        recordWithEvaluation(report);
      } else {
        record.step(report);
      }
      if (training.probing().isDue(step)
          || training.probing().probeEvery() > 0 && step >= training.steps()) {
        trainer.probe().ifPresent(record::probes);
      }
    }
    boolean last = step >= training.steps();
    if (last || step % training.checkpointEvery() == 0) {
      takeCheckpoint();
    }
    if (last) {
      end(RunState.FINISHED, "finished", "Finished after step " + step);
    }
  }

  private void tellWaiting(BatchRouting routing) {
    if (routing == null) {
      failWaiting(new InputException("A batch of so many choices is too large to be looked at."));
      return;
    }
    waiting.forEach(each -> each.complete(routing));
    waiting.clear();
  }

  private boolean isEvaluationDue(TrainingConfig training) {
    long every = training.evalEvery();
    return every > 0 && (step >= training.steps() || step % every == 0);
  }

  /** The step is recorded also where its evaluation fails. */
  private void recordWithEvaluation(StepReport report) {
    Optional<Evaluation> evaluation = Optional.empty();
    try {
      evaluation = trainer.evaluate().map(each -> record.withSpeedUps(step, each));
    } finally {
      record.step(evaluation.map(report::withEvaluation).orElse(report));
    }
    evaluation.ifPresent(
        each ->
            record.event(
                step,
                "evaluation",
                EvaluationFigures.text(step, each),
                EvaluationFigures.of(each)));
  }

  /** The lines of all steps come first: a checkpoint never stands before what led to it. */
  private void takeCheckpoint() {
    if (RunFolder.isGone(folder)) {
      throw gone();
    }
    if (checkpointStep == step) {
      return;
    }
    record.flush();
    try {
      checkpoints.write(trainer.checkpoint());
    } catch (InputException e) {
      throw RunFolder.isGone(folder) ? gone() : e;
    }
    checkpointStep = step;
    checkpoints.keepNewest(config.training().keepCheckpoints());
    event("checkpoint", "Checkpoint of step " + step);
  }

  private InputException gone() {
    return new InputException(
        ("%s was deleted or moved away while it was trained: what it learned up to step %d can't be"
                + " kept there.")
            .formatted(folder, step));
  }

  private void event(String kind, String text) {
    record.event(step, kind, text, Map.of());
  }

  private void become(RunState next) {
    state = next;
    record.state(next);
  }

  /** The folder is complete and free for others before anybody sees that the run is over. */
  private void end(RunState last, String kind, String text) {
    event(kind, text);
    record.flush();
    finish(last);
  }

  private void finish(RunState last) {
    requests.close();
    record.close();
    become(last);
    endWaiting();
    record.listeners().end();
  }

  private void fail(String why) {
    failure = why;
    try {
      record.event(step, "failed", why, Map.of());
    } catch (InputException e) {
      LOG.warn("The failure could not be written into the run folder: {}", e.getMessage());
    }
    finish(RunState.FAILED);
  }

  /** Runs on the trainer's thread, after what was asked for before. Nothing once it is closed. */
  private void command(Runnable command) {
    try {
      thread.execute(() -> failIfFailing(command));
    } catch (RejectedExecutionException e) {
      LOG.debug("A command came after the run was closed");
    }
  }

  private void failIfFailing(Runnable command) {
    try {
      command.run();
    } catch (InputException e) {
      LOG.warn("Run {} failed", folder, e);
      failUnlessOver(e.getMessage());
    } catch (OutOfMemoryError e) {
      LOG.error("Run {} failed", folder, e);
      failUnlessOver(
          "Step %d: there is not enough memory; choose a smaller batch_size, input_length or model."
              .formatted(step + 1));
    } catch (RuntimeException | Error e) {
      LOG.error("Run {} failed", folder, e);
      failUnlessOver(
          "Step %d failed by an error in the program (%s); the log has the details."
              .formatted(step + 1, e));
    }
  }

  private void failUnlessOver(String why) {
    if (!state.isOver()) {
      fail(why);
    }
  }

  @Override
  public AutoCloseable listen(RunListener listener) {
    return record.listeners().add(listener);
  }

  @Override
  public List<StepReport> reports() {
    return record.reports();
  }

  @Override
  public List<RunEvent> events() {
    return record.events();
  }

  @Override
  public long memoryBytes() {
    return memoryBytes;
  }

  @Override
  public List<ProbeReport> probes() {
    return record.probes();
  }

  @Override
  public Microscope microscope() {
    return new MicroscopeInTraining(this, subject);
  }

  /** Hands the trainer to a request between two steps, also when the run is over. */
  <T> CompletableFuture<T> betweenSteps(Function<Trainer, T> request) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              answer.complete(request.apply(trainer));
            } catch (RuntimeException | Error e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          new InputException("The run is closed: open its folder to look at its model.", e));
    }
    return answer;
  }

  @Override
  public RunState await() throws InterruptedException {
    record.listeners().awaitEnd();
    return state;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      stop();
      command(trainer::close);
      // Waits for what was asked for before, the steps in between included.
      thread.close();
      awaitListeners();
    }
  }

  private void awaitListeners() {
    try {
      record.listeners().awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
