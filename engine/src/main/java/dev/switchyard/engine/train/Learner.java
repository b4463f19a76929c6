package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.GradientListener;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.NamedTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One model in training with its optimizer, on one device. */
final class Learner implements ModelTraining {
  private static final String ADVICE =
      "Go on from the last checkpoint with a lower learning_rate (resume RUN --set"
          + " learning_rate=...), or start a new run with more warmup_steps or a max_grad_norm.";

  private final String name;
  private final SwitchTransformer model;
  private final Optimizer optimizer;
  private final List<Parameter> parameters;
  private TrainingConfig config;
  private final Teacher teacher;
  private double seconds;
  private final TracedPass tracing = new TracedPass();
  private StepFigures figures;
  private double gradientNorm;
  private double secondsOfStep;
  private Map<String, Double> updateRatios = Map.of();

  /**
   * A model with its optimizer.
   *
   * @param name for messages: "model" or "twin"
   */
  Learner(String name, SwitchTransformer model, TrainingConfig config) {
    this(name, model, config, null);
  }

  /** The same with a teacher, which stays the caller's; or null. */
  Learner(String name, SwitchTransformer model, TrainingConfig config, Teacher teacher) {
    this.teacher = teacher;
    this.name = name;
    this.model = model;
    this.config = config;
    this.parameters = model.parameters();
    this.optimizer = Optimizer.of(config, model.backend(), parameters);
  }

  @Override
  public void traceNext(Consumer<StepRouting> observer) {
    tracing.ask(observer);
  }

  @Override
  public void compute(Batch batch, long step) {
    long begin = System.nanoTime();
    model.zeroGradients();
    MicroBatches parts = new MicroBatches(model, teacher, config);
    figures =
        tracing.compute(
            model,
            config.microBatches(),
            () -> parts.forwardBackward(Rank.alone(), batch, step, GradientListener.NONE));
    if (!figures.isFinite()) {
      throw diverged(name, step, "loss", figures.firstNotFinite().orElse("an unknown layer"));
    }
    // The one thing in a step that is waited for: by it the update is scaled, or refused.
    gradientNorm = Math.sqrt(model.backend().sumOfSquares(model.gradientBlocks()));
    if (!Double.isFinite(gradientNorm)) {
      throw diverged(
          name, step, "gradient", model.firstGradientNotFinite().orElse("the sum over all layers"));
    }
    secondsOfStep = secondsSince(begin);
  }

  /** For a loss or a gradient that is not a number. */
  static InputException diverged(String name, long step, String what, String layer) {
    return new InputException(
        "Step %d: the %s%s is not a number; first in layer %s. %s"
            .formatted(step, name.equals("twin") ? "twin's " : "", what, layer, ADVICE));
  }

  /** Clips the gradient of {@link #compute} and updates the weights. */
  @Override
  public void update(long step, double learningRate) {
    long begin = System.nanoTime();
    double limit = config.maxGradNorm();
    double scale = limit > 0 && gradientNorm > limit ? limit / gradientNorm : 1;
    updateRatios = Map.of();
    if (config.probing().isDue(step)) {
      UpdateSizes sizes = new UpdateSizes(model.backend());
      optimizer.update(step, learningRate, scale, sizes);
      updateRatios = UpdateSizes.ratios(List.of(sizes), parameters);
    } else {
      optimizer.update(step, learningRate, scale);
    }
    model.moveSelectionBiases(figures.layers());
    if (config.twin()) {
      // So that neither model's time holds work of the other.
      model.backend().synchronize();
    } else {
      // The next batch crosses to the device meanwhile; the next step's time has the rest of this.
      model.backend().submit();
    }
    secondsOfStep += secondsSince(begin);
    seconds += secondsOfStep;
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) * 1e-9;
  }

  @Override
  public ModelReport report(long tokens) {
    return report(figures, tokens, seconds, secondsOfStep, gradientNorm, updateRatios);
  }

  /** The figures of a step for people. */
  static ModelReport report(
      StepFigures figures,
      long tokens,
      double seconds,
      double secondsOfStep,
      double gradientNorm,
      Map<String, Double> updateRatios) {
    return new ModelReport(
        tokens,
        seconds,
        figures.loss(),
        figures.crossEntropy(),
        figures.loadBalancingLoss(),
        figures.zLoss(),
        figures.outputZLoss(),
        figures.droppedFraction(),
        gradientNorm,
        figures.tokens() / Math.max(1e-9, secondsOfStep),
        figures.layers(),
        updateRatios);
  }

  @Override
  public void checkWeights(long step) {
    Backend backend = model.backend();
    for (Parameter parameter : parameters) {
      if (!backend.allFinite(parameter.value())) {
        throw notNumbers(step, parameter);
      }
    }
  }

  /** For weights that are not numbers. */
  static InputException notNumbers(long step, Parameter parameter) {
    return new InputException(
        "Step %d: the weights are not numbers any more; first in %s. %s"
            .formatted(step, parameter.name(), ADVICE));
  }

  @Override
  public long memoryBytes() {
    return memoryBytes(model, moments());
  }

  /** The same of any model with its optimizer, which holds these moments. */
  static long memoryBytes(SwitchTransformer model, List<NamedTensor> moments) {
    long elements = 2 * model.parameterCount();
    for (NamedTensor moment : moments) {
      elements += moment.tensor().size();
    }
    return elements * model.backend().floatType().bytes() + model.activationBytes();
  }

  @Override
  public void change(RunConfig now) {
    config = now.training();
    model.setRouting(now.routing());
  }

  @Override
  public SwitchTransformer model() {
    return model;
  }

  @Override
  public double seconds() {
    return seconds;
  }

  @Override
  public void setSeconds(double seconds) {
    this.seconds = seconds;
  }

  /** With its buffers that are in use. */
  @Override
  public List<NamedTensor> weights() {
    return Stream.concat(
            parameters.stream().map(NamedTensor::of),
            model.buffers().stream().filter(Buffer::isInUse).map(NamedTensor::of))
        .toList();
  }

  @Override
  public void load(Checkpoint checkpoint, String file) {
    Set<String> stored = checkpoint.tensors(file);
    model.buffers().stream().filter(b -> stored.contains(b.name())).forEach(Buffer::use);
    checkpoint.load(file, model.backend(), weights());
  }

  @Override
  public List<NamedTensor> moments() {
    return optimizer.state(name + ".");
  }

  /** They are what is trained. */
  @Override
  public void weightsChanged() {}

  @Override
  public void momentsChanged() {}

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
