package dev.switchyard.app.bench;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RunEvent;
import dev.switchyard.engine.observe.RunListener;
import dev.switchyard.engine.observe.RunState;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.train.RunConfig;
import dev.switchyard.engine.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A run that trains nothing: its reports come as fast as they are asked for. */
final class StreamedRun implements TrainingRun {
  private final List<RunListener> listeners = new CopyOnWriteArrayList<>();
  private final RunConfig config;
  private final Path folder;
  private final int layers;
  private final Random random = new Random(7);
  private final AtomicLong step = new AtomicLong();
  private volatile RunState state = RunState.READY;

  StreamedRun(RunConfig config, Path folder, int layers) {
    this.config = config;
    this.folder = folder;
    this.layers = layers;
  }

  /** Makes the next step and tells of it. */
  void advance() {
    StepReport report = report(step.incrementAndGet());
    listeners.forEach(listener -> listener.onStep(report));
  }

  private StepReport report(long step) {
    int experts = config.model().numExperts();
    List<LayerReport> all = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      float[] load = new float[experts];
      for (int e = 0; e < experts; e++) {
        load[e] = 0.5f + random.nextFloat();
      }
      String stack = l < layers / 2 ? "encoder" : "decoder";
      String name = "%s.block.%d".formatted(stack, 2 * (l % Math.max(1, layers / 2)) + 1);
      all.add(new LayerReport(name, 40, load, 0.1 * random.nextFloat(), 1.1, 0.2, 2, 0.4));
    }
    double loss = 2 + 4 * Math.exp(-step / 3000.0) + 0.1 * random.nextGaussian();
    ModelReport model =
        new ModelReport(
            step * 4096, step * 0.1, loss, loss, 1.1, 0.2, 80, 0.05, 1, 40_960, List.copyOf(all));
    ModelReport twin =
        new ModelReport(
            step * 4096, step * 0.1, loss + 0.4, loss + 0.4, 0, 0, 80, 0, 1, 40_960, List.of());
    return new StepReport(step, 1e-3, model, twin);
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
    return Optional.empty();
  }

  @Override
  public long step() {
    return step.get();
  }

  @Override
  public void start() {
    state = RunState.RUNNING;
  }

  @Override
  public void pause() {
    state = RunState.PAUSED;
  }

  @Override
  public void resume() {
    state = RunState.RUNNING;
  }

  @Override
  public void singleStep() {
    advance();
  }

  @Override
  public void stop() {
    state = RunState.FINISHED;
  }

  @Override
  public void checkpointNow() {}

  @Override
  public void change(Map<String, String> settings) {}

  @Override
  public CompletableFuture<Path> currentWeights() {
    return CompletableFuture.failedFuture(new IllegalStateException("This run has no model"));
  }

  @Override
  public List<ProbeReport> probes() {
    return List.of();
  }

  @Override
  public AutoCloseable listen(RunListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public List<StepReport> reports() {
    return List.of();
  }

  @Override
  public List<RunEvent> events() {
    return List.of();
  }

  @Override
  public Microscope microscope() {
    throw new IllegalStateException("This run has no model");
  }

  @Override
  public RunState await() {
    return state;
  }

  @Override
  public void close() {
    stop();
  }
}
