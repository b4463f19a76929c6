package dev.switchyard.views.fake;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.train.RunChange;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A run whose steps happen when a test says so; commands take effect at once and are recorded. */
public final class FakeRun implements TrainingRun {
  /** The commands that it got, in order. */
  public final List<String> commands = new CopyOnWriteArrayList<>();

  private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
  private final List<StepReport> reports = new ArrayList<>();
  private final List<RunEvent> events = new ArrayList<>();
  private final List<CompletableFuture<BatchRouting>> asked = new ArrayList<>();
  private final Path folder;
  private final List<ProbeReport> probes = new ArrayList<>();
  private boolean elsewhere;
  private RunConfig config;
  private RunState state = RunState.READY;
  private String failure;
  private long time = 1_767_000_000_000L;

  public FakeRun(RunConfig config, Path folder) {
    this.config = config;
    this.folder = folder;
  }

  /** Trains on to a step. */
  public synchronized void trainTo(long step) {
    for (long s = step() + 1; s <= step; s++) {
      StepReport report =
          FakeReports.report(s, config.model().numExperts(), config.training().twin());
      if (config.parallel().devices() > 1) {
        Mesh mesh = config.parallel().toMesh();
        report = report.withDevices(FakeDevices.of(s, mesh, config.model().numExperts()));
      }
      StepReport told = report;
      reports.add(told);
      BatchRouting batch =
          asked.isEmpty() ? null : FakeReports.batch(s, config.model().numExperts());
      asked.forEach(each -> each.complete(batch));
      asked.clear();
      time += 42;
      listeners.forEach(l -> l.onStep(told));
      if (s % 50 == 0 || s == 1) {
        ProbeReport look = FakeReports.probes(s, config.model().numExperts());
        probes.add(look);
        listeners.forEach(l -> l.onProbes(look));
      }
      if (s % 1000 == 0) {
        event("checkpoint", "checkpoint");
      }
      if (s % 500 == 0) {
        double measured = report.model().crossEntropy() + 0.05;
        event(
            "evaluation",
            "evaluation: cross entropy %.3f on held-out text".formatted(measured),
            Map.of("cross_entropy", measured));
      }
    }
  }

  /** Ends in failure. */
  public synchronized void fail(String reason) {
    failure = reason;
    event("failed", reason);
    become(RunState.FAILED);
  }

  /** Ends well. */
  public synchronized void finish() {
    event("finished", "finished");
    become(RunState.FINISHED);
  }

  private void become(RunState next) {
    state = next;
    listeners.forEach(l -> l.onState(next));
    notifyAll();
  }

  private void event(String kind, String text) {
    event(kind, text, Map.of());
  }

  private void event(String kind, String text, Map<String, Double> figures) {
    RunEvent event = new RunEvent(time, step(), kind, text, figures);
    events.add(event);
    listeners.forEach(l -> l.onEvent(event));
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
  public synchronized CompletableFuture<BatchRouting> nextBatch() {
    CompletableFuture<BatchRouting> next = new CompletableFuture<>();
    asked.add(next);
    return next;
  }

  /** Whether somebody waits for the next batch. */
  public synchronized boolean isAskedForBatch() {
    return !asked.isEmpty();
  }

  @Override
  public synchronized RunState state() {
    return state;
  }

  @Override
  public synchronized Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public synchronized long step() {
    return reports.isEmpty() ? 0 : reports.getLast().step();
  }

  @Override
  public synchronized void start() {
    commands.add("start");
    event(
        "started",
        "started: %d experts, capacity factor %s, seed %d"
            .formatted(
                config.model().numExperts(),
                config.routing().capacityFactor(),
                config.training().seed()));
    become(RunState.RUNNING);
  }

  @Override
  public synchronized void pause() {
    commands.add("pause");
    event("paused", "paused");
    become(RunState.PAUSED);
  }

  @Override
  public synchronized void resume() {
    commands.add("resume");
    event("resumed", "resumed");
    become(RunState.RUNNING);
  }

  @Override
  public synchronized void singleStep() {
    commands.add("singleStep");
    trainTo(step() + 1);
    become(RunState.PAUSED);
  }

  @Override
  public synchronized void stop() {
    commands.add("stop");
    event("checkpoint", "checkpoint");
    event("stopped", "stopped");
    become(RunState.FINISHED);
  }

  @Override
  public synchronized void checkpointNow() {
    commands.add("checkpointNow");
    event("checkpoint", "checkpoint");
  }

  @Override
  public synchronized void change(Map<String, String> settings) {
    RunChange change = RunChange.of(config, settings);
    commands.add("change " + settings);
    event("checkpoint", "Checkpoint of step " + step());
    config = change.after();
    event("changed", change.text(), change.figures());
  }

  @Override
  public CompletableFuture<Path> currentWeights() {
    commands.add("currentWeights");
    return CompletableFuture.completedFuture(folder.resolve("checkpoints/step-" + step()));
  }

  @Override
  public synchronized boolean isTrainedHere() {
    return !elsewhere;
  }

  /** Says that another process trains it. */
  public synchronized FakeRun elsewhere() {
    elsewhere = true;
    state = RunState.RUNNING;
    return this;
  }

  @Override
  public synchronized List<ProbeReport> probes() {
    return List.copyOf(probes);
  }

  @Override
  public AutoCloseable listen(RunListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public synchronized List<StepReport> reports() {
    return List.copyOf(reports);
  }

  @Override
  public synchronized List<RunEvent> events() {
    return List.copyOf(events);
  }

  @Override
  public Microscope microscope() {
    return new FakeMicroscope(
        folder.getFileName().toString(), config.model().numExperts(), FakeReports.LAYERS);
  }

  @Override
  public synchronized RunState await() throws InterruptedException {
    while (!state.isOver()) {
      wait();
    }
    return state;
  }

  @Override
  public void close() {
    commands.add("close");
  }
}
