package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeLog;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.engine.store.RunRequests;
import dev.switchyard.engine.store.RunRequests.Request;
import dev.switchyard.engine.store.RunTail;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that another process trains, followed through its folder: what that process writes is read
 * as it comes, and what is asked of it goes through {@link RunRequests}. To close it ends the
 * watching, not the run. When the process ends the run is over, and its folder can be opened.
 */
final class WatchedRun implements TrainingRun {
  private static final long MILLISECONDS = 250;
  private static final Logger LOG = LoggerFactory.getLogger(WatchedRun.class);

  private final Path folder;
  private final RunTail tail;
  private final ReportLog reports = new ReportLog();
  private final ProbeLog probes = new ProbeLog();
  private final List<RunEvent> events = new CopyOnWriteArrayList<>();
  private final ListenerQueue listeners;
  private final ScheduledExecutorService watching;
  private final ExecutorService asking;
  private volatile RunConfig config;
  private volatile RunState state = RunState.RUNNING;
  private volatile String failure;
  private volatile long step;

  private WatchedRun(Path folder) {
    this.folder = folder;
    String name = folder.getFileName().toString();
    config = RunDescription.read(folder).config();
    tail = new RunTail(folder);
    listeners = new ListenerQueue(name);
    watching =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("watch of " + name).daemon().factory());
    asking =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("requests of " + name).daemon().factory());
  }

  /**
   * Begins to watch; what the run did so far is read first.
   *
   * @throws InputException where no other process trains it
   */
  static WatchedRun of(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    if (!RunFolder.isRun(path)) {
      throw new InputException("There is no run %s.".formatted(path));
    }
    if (!RunHistory.isInTrainingElsewhere(path)) {
      throw new InputException(
          "No other process trains %s now: open it to go on with it.".formatted(path));
    }
    WatchedRun run = new WatchedRun(path);
    try {
      run.look();
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
    var unused =
        run.watching.scheduleWithFixedDelay(
            run::lookOrTell, MILLISECONDS, MILLISECONDS, TimeUnit.MILLISECONDS);
    return run;
  }

  private void lookOrTell() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.warn("{} can't be watched any more", folder, e);
      failure = e.getMessage();
      end(RunState.FAILED);
    }
  }

  /** Whether the process is there is asked first: what it wrote before it ended is read then. */
  private void look() {
    boolean trained = RunHistory.isInTraining(folder);
    tail.steps(this::step);
    tail.probes(this::look);
    tail.events(this::event);
    if (!trained && !state.isOver() && RunFolder.isGone(folder)) {
      failure =
          ("%s was deleted or moved away, here after step %d. Whether its process still trains"
                  + " can't be seen from here.")
              .formatted(folder, step);
      end(RunState.FAILED);
    } else if (!trained && !state.isOver()) {
      switch (RunHistory.state(folder, events)) {
        case "finished", "stopped" -> end(RunState.FINISHED);
        case "failed" -> {
          failure =
              events.stream()
                  .filter(e -> e.kind().equals("failed"))
                  .reduce((first, last) -> last)
                  .map(RunEvent::text)
                  .orElse("The run failed.");
          end(RunState.FAILED);
        }
        default -> {
          failure =
              ("The process that trained it ended without a word after step %d: open the run to go"
                      + " on from its last checkpoint.")
                  .formatted(step);
          end(RunState.FAILED);
        }
      }
    }
  }

  private void step(StepReport report) {
    reports.add(report);
    step = report.step();
    listeners.step(report);
  }

  private void look(ProbeReport report) {
    probes.add(report);
    listeners.probes(report);
  }

  private void event(RunEvent event) {
    events.add(event);
    listeners.event(event);
    switch (event.kind()) {
      case "paused" -> become(RunState.PAUSED);
      case "started", "resumed" -> become(RunState.RUNNING);
      case "changed" -> config = RunDescription.read(folder).config();
      default -> {}
    }
  }

  private void become(RunState next) {
    if (state != next && !state.isOver()) {
      state = next;
      listeners.state(next);
    }
  }

  private void end(RunState last) {
    become(last);
    listeners.end();
    watching.shutdown();
  }

  @Override
  public boolean isTrainedHere() {
    return false;
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
    ask(Request.RESUME);
  }

  @Override
  public void pause() {
    ask(Request.PAUSE);
  }

  @Override
  public void resume() {
    ask(Request.RESUME);
  }

  @Override
  public void singleStep() {
    ask(Request.STEP);
  }

  @Override
  public void stop() {
    ask(Request.STOP);
  }

  @Override
  public void checkpointNow() {
    ask(Request.CHECKPOINT);
  }

  private void ask(Request request) {
    if (state.isOver()) {
      return;
    }
    try {
      asking.execute(
          () -> {
            try {
              RunRequests.ask(folder, request);
            } catch (InputException e) {
              LOG.warn("{} did not {}: {}", folder, request.word(), e.getMessage());
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("A command came after the watching ended");
    }
  }

  @Override
  public void change(Map<String, String> settings) {
    throw new InputException(
        "%s is trained by another process: stop it, and go on with it here, to change it."
            .formatted(folder.getFileName()));
  }

  /** Those of its newest checkpoint: the ones in use are in the other process. */
  @Override
  public CompletableFuture<Path> currentWeights() {
    try {
      return CompletableFuture.completedFuture(RunFolder.checkpoints(folder).newest());
    } catch (InputException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public AutoCloseable listen(RunListener listener) {
    return listeners.add(listener);
  }

  @Override
  public List<StepReport> reports() {
    return reports.snapshot();
  }

  @Override
  public List<RunEvent> events() {
    return List.copyOf(events);
  }

  @Override
  public List<ProbeReport> probes() {
    return probes.snapshot();
  }

  @Override
  public Microscope microscope() {
    throw new InputException(
        "%s is trained by another process: explore its newest checkpoint instead."
            .formatted(folder.getFileName()));
  }

  @Override
  public RunState await() throws InterruptedException {
    listeners.awaitEnd();
    return state;
  }

  /** The run goes on. */
  @Override
  public void close() {
    watching.shutdownNow();
    asking.close();
    listeners.end();
    try {
      listeners.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
