package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.parallel.ParallelConfig;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.Transport;
import java.util.List;
import java.util.function.Consumer;

/** One device's part of a model in training, with the optimizer of its weights. */
final class RankLearner implements AutoCloseable {
  private static final double MEGA = 1e6;

  private final String name;
  private final Rank rank;
  private final SwitchTransformer model;
  private final GradientReduction reduction;
  private final Optimizer optimizer;
  private TrainingConfig config;
  private final TracedPass tracing = new TracedPass();
  private StepFigures figures;
  private long nanos;
  private UpdateSizes updateSizes;

  /**
   * What a device found in a step.
   *
   * @param figures its part of the batch's
   * @param gradientNorm of the whole model
   */
  record Computed(StepFigures figures, double gradientNorm) {}

  RankLearner(
      String name,
      Rank rank,
      SwitchTransformer model,
      TrainingConfig config,
      ParallelConfig parallel) {
    this.name = name;
    this.rank = rank;
    this.model = model;
    this.config = config;
    this.reduction =
        new GradientReduction(
            rank,
            model.backend(),
            model.parameters(),
            parallel.gradientBucket() * MEGA,
            parallel.zero1());
    this.optimizer = Optimizer.of(config, model.backend(), reduction.owned());
    // The whole model's backend copies from here and to here without knowing what is in flight.
    model.backend().synchronize();
  }

  /** Seconds that the step took this device, waiting included, since it was last asked. */
  double takeSeconds() {
    double taken = nanos * 1e-9;
    nanos = 0;
    return taken;
  }

  /**
   * Bytes that it holds: weights, gradients, optimizer state, and the largest pass' activations.
   */
  long memoryBytes() {
    return Learner.memoryBytes(model, moments());
  }

  /** Its part of the last batch's figures. */
  StepFigures figures() {
    return figures;
  }

  /** See {@link ModelTraining#traceNext}; while the device is at rest. */
  void traceNext(Consumer<StepRouting> observer) {
    tracing.ask(observer);
  }

  /** Forward and backward over its part of a batch, gradients summed with the other devices'. */
  Computed compute(Batch batch, long step) {
    long begin = System.nanoTime();
    model.zeroGradients();
    reduction.begin();
    MicroBatches parts = new MicroBatches(model, null, config);
    figures =
        tracing.compute(
            model,
            config.microBatches(),
            () -> parts.forwardBackward(rank, batch, step, reduction));
    reduction.finish();
    double norm = reduction.norm();
    nanos += System.nanoTime() - begin;
    return new Computed(figures, norm);
  }

  /**
   * Updates its weights by the gradients of {@link #compute}.
   *
   * @param load of the Switch layers, of all devices together
   */
  void update(long step, double learningRate, double gradientScale, List<LayerReport> load) {
    long begin = System.nanoTime();
    if (config.probing().isDue(step)) {
      updateSizes = new UpdateSizes(backend());
      optimizer.update(step, learningRate, gradientScale, updateSizes);
    } else {
      optimizer.update(step, learningRate, gradientScale);
    }
    model.moveSelectionBiases(load);
    reduction.share();
    model.backend().synchronize();
    nanos += System.nanoTime() - begin;
  }

  /** Takes the whole model's buffers that are in use; while the device is at rest. */
  void takeBuffers(SwitchTransformer whole) {
    for (int i = 0; i < whole.buffers().size(); i++) {
      Buffer from = whole.buffers().get(i);
      if (from.isInUse()) {
        Buffer to = model.buffers().get(i);
        to.use();
        Transport transport = backend().transport();
        transport.copy(whole.backend().memory(from.value()), backend().memory(to.value()));
        transport.finish();
      }
    }
  }

  /** How far the last update that was measured moved its weights. */
  UpdateSizes updateSizes() {
    return updateSizes;
  }

  /** Goes on with other settings. */
  void change(RunConfig now) {
    config = now.training();
    model.setRouting(now.routing());
  }

  SwitchTransformer model() {
    return model;
  }

  Rank rank() {
    return rank;
  }

  Backend backend() {
    return model.backend();
  }

  List<Parameter> parameters() {
    return model.parameters();
  }

  /** What its optimizer remembers. */
  List<NamedTensor> moments() {
    return optimizer.state(name + ".");
  }

  @Override
  public void close() {
    optimizer.close();
    reduction.close();
    model.close();
  }
}
