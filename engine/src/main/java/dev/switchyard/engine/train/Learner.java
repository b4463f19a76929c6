package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One model in training with its optimizer. A step is {@link #compute}, then {@link #update}: so
 * that, of two models on the same batch, neither changes if the other fails.
 */
final class Learner implements AutoCloseable {
  private static final String ADVICE =
      "Start a new run with a lower learning_rate, more warmup_steps or a max_grad_norm; the"
          + " checkpoints of earlier steps are kept.";

  private final String name;
  private final SwitchTransformer model;
  private final Optimizer optimizer;
  private final List<Parameter> parameters;
  private final TrainingConfig config;
  private final Teacher teacher;
  private double seconds;
  private StepFigures figures;
  private double gradientNorm;
  private double secondsOfStep;

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

  /**
   * Forward and backward over a batch.
   *
   * @throws InputException where the loss or the gradient is not finite, with step and layer
   */
  void compute(Batch batch, long step) {
    long begin = System.nanoTime();
    model.zeroGradients();
    figures =
        teacher == null
            ? model.forwardBackward(batch, config.seed(), step)
            : model.forwardBackward(batch, config.seed(), step, teacher.targets(batch));
    if (!figures.isFinite()) {
      throw diverged(step, "loss", figures.firstNotFinite().orElse("an unknown layer"));
    }
    double squares = 0;
    for (Tensor block : model.gradientBlocks()) {
      squares += model.backend().sumOfSquares(block);
    }
    gradientNorm = Math.sqrt(squares);
    if (!Double.isFinite(gradientNorm)) {
      throw diverged(
          step, "gradient", model.firstGradientNotFinite().orElse("the sum over all layers"));
    }
    secondsOfStep = secondsSince(begin);
  }

  private InputException diverged(long step, String what, String layer) {
    return new InputException(
        "Step %d: the %s%s is not a number; first in layer %s. %s"
            .formatted(step, name.equals("twin") ? "twin's " : "", what, layer, ADVICE));
  }

  /** Clips the gradient of {@link #compute} and updates the weights. */
  void update(long step, double learningRate) {
    long begin = System.nanoTime();
    double limit = config.maxGradNorm();
    double scale = limit > 0 && gradientNorm > limit ? limit / gradientNorm : 1;
    optimizer.update(step, learningRate, scale);
    model.moveSelectionBiases(figures.layers());
    model.backend().synchronize();
    secondsOfStep += secondsSince(begin);
    seconds += secondsOfStep;
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) * 1e-9;
  }

  /**
   * The figures of the step.
   *
   * @param tokens that this model has seen so far
   */
  ModelReport report(long tokens) {
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
        figures.layers());
  }

  /**
   * Sees that all weights are numbers, before they are kept.
   *
   * @throws InputException naming the first that is not
   */
  void checkWeights(long step) {
    Backend backend = model.backend();
    for (Parameter parameter : parameters) {
      if (!backend.allFinite(parameter.value())) {
        throw new InputException(
            "Step %d: the weights are not numbers any more; first in %s. %s"
                .formatted(step, parameter.name(), ADVICE));
      }
    }
  }

  SwitchTransformer model() {
    return model;
  }

  /** Seconds spent in its steps. */
  double seconds() {
    return seconds;
  }

  /** Takes up the count of a run that goes on. */
  void setSeconds(double seconds) {
    this.seconds = seconds;
  }

  /** Its weights under the checkpoint's names, and its buffers that are in use. */
  List<NamedTensor> weights() {
    return Stream.concat(
            parameters.stream().map(NamedTensor::of),
            model.buffers().stream().filter(Buffer::isInUse).map(NamedTensor::of))
        .toList();
  }

  /** Takes up the weights of a checkpoint. */
  void load(Checkpoint checkpoint, String file) {
    Set<String> stored = checkpoint.tensors(file);
    model.buffers().stream().filter(b -> stored.contains(b.name())).forEach(Buffer::use);
    checkpoint.load(file, model.backend(), weights());
  }

  /** What its optimizer remembers. */
  List<NamedTensor> moments() {
    return optimizer.state(name + ".");
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
