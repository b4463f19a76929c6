package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.NamedTensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One model in training on the devices of a mesh. The trainer has a whole copy of the weights,
 * which is brought up to date when somebody asks for it: to evaluate, to look at, and for
 * checkpoints.
 */
final class MeshLearner implements ModelTraining {
  private final String name;
  private final Devices devices;
  private TrainingConfig config;
  private final RankLearner[] learners;
  private final SwitchTransformer whole;
  private final MeshTensors weights;
  private final MeshTensors moments;
  private boolean behind;
  private double seconds;
  private StepFigures figures;
  private double gradientNorm;
  private double secondsOfStep;
  private Map<String, Double> updateRatios = Map.of();

  /**
   * A model with initial weights on all devices.
   *
   * @param name for messages: "model" or "twin"
   * @param shape of the model
   * @param backend for the whole model
   */
  MeshLearner(String name, ModelConfig shape, RunConfig config, Devices devices, Backend backend) {
    this.name = name;
    this.devices = devices;
    this.config = config.training();
    this.learners = new RankLearner[devices.mesh().size()];
    this.whole = SwitchTransformer.unfilled(shape, config.routing(), backend, false);
    Precision precision = Precision.named(config.training().precision());
    whole.setPrecision(precision);
    this.weights =
        new MeshTensors(backend, whole.parameters().stream().map(NamedTensor::of).toList());
    this.moments = new MeshTensors(backend);
    try {
      devices.onAll(
          rank -> {
            SwitchTransformer part =
                new SwitchTransformer(
                    shape, config.routing(), devices.backend(rank), config.training().seed(), rank);
            part.setPrecision(precision);
            learners[rank.number()] =
                new RankLearner(name, rank, part, config.training(), config.parallel());
            return null;
          });
      for (RankLearner learner : learners) {
        addTensors(learner);
      }
      behind = true;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void addTensors(RankLearner learner) {
    for (Parameter parameter : learner.parameters()) {
      weights.add(NamedTensor.of(parameter), parameter.held());
    }
    for (NamedTensor moment : learner.moments()) {
      moments.add(moment, MeshTensors.heldOf(moment, name + ".", learner.parameters()));
    }
  }

  /** Devices that share the model's layers have the same rows: one of them is enough. */
  @Override
  public void traceNext(Consumer<StepRouting> observer) {
    for (int rank = 0; rank < learners.length; rank += devices.mesh().model()) {
      learners[rank].traceNext(observer);
    }
  }

  @Override
  public void compute(Batch batch, long step) {
    long begin = System.nanoTime();
    List<RankLearner.Computed> computed =
        devices.onAll(rank -> learners[rank.number()].compute(batch, step));
    figures = null;
    for (int rank = 0; rank < learners.length; rank += devices.mesh().model()) {
      StepFigures part = computed.get(rank).figures();
      figures = figures == null ? part : figures.plus(part);
    }
    gradientNorm = computed.getFirst().gradientNorm();
    if (!figures.isFinite()) {
      throw Learner.diverged(
          name, step, "loss", figures.firstNotFinite().orElse("an unknown layer"));
    }
    if (!Double.isFinite(gradientNorm)) {
      throw Learner.diverged(name, step, "gradient", firstGradientNotFinite());
    }
    secondsOfStep = secondsSince(begin);
  }

  private String firstGradientNotFinite() {
    return devices.onAll(rank -> learners[rank.number()].model().firstGradientNotFinite()).stream()
        .flatMap(Optional::stream)
        .findFirst()
        .orElse("the sum over all layers");
  }

  @Override
  public void update(long step, double learningRate) {
    long begin = System.nanoTime();
    double limit = config.maxGradNorm();
    double scale = limit > 0 && gradientNorm > limit ? limit / gradientNorm : 1;
    devices.onAll(
        rank -> {
          learners[rank.number()].update(step, learningRate, scale, figures.layers());
          return null;
        });
    whole.moveSelectionBiases(figures.layers());
    updateRatios =
        config.probing().isDue(step)
            ? UpdateSizes.ratios(
                Stream.of(learners).map(RankLearner::updateSizes).toList(), whole.parameters())
            : Map.of();
    behind = true;
    secondsOfStep += secondsSince(begin);
    seconds += secondsOfStep;
  }

  /** One device's part; while the device is at rest, or on its thread. */
  RankLearner learner(int rank) {
    return learners[rank];
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) * 1e-9;
  }

  @Override
  public ModelReport report(long tokens) {
    return Learner.report(figures, tokens, seconds, secondsOfStep, gradientNorm, updateRatios);
  }

  @Override
  public void checkWeights(long step) {
    Backend backend = model().backend();
    for (Parameter parameter : whole.parameters()) {
      if (!backend.allFinite(parameter.value())) {
        throw Learner.notNumbers(step, parameter);
      }
    }
  }

  @Override
  public long memoryBytes() {
    return Stream.of(learners).mapToLong(RankLearner::memoryBytes).sum();
  }

  @Override
  public void change(RunConfig now) {
    config = now.training();
    whole.setRouting(now.routing());
    devices.onAll(
        rank -> {
          learners[rank.number()].change(now);
          return null;
        });
  }

  @Override
  public SwitchTransformer model() {
    if (behind) {
      weights.gather();
      behind = false;
    }
    return whole;
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
    model();
    return Stream.concat(
            weights.whole().stream(),
            whole.buffers().stream().filter(Buffer::isInUse).map(NamedTensor::of))
        .toList();
  }

  @Override
  public List<NamedTensor> moments() {
    moments.gather();
    return moments.whole();
  }

  @Override
  public void load(Checkpoint checkpoint, String file) {
    Set<String> stored = checkpoint.tensors(file);
    whole.buffers().stream().filter(b -> stored.contains(b.name())).forEach(Buffer::use);
    checkpoint.load(file, whole.backend(), weights());
  }

  @Override
  public void weightsChanged() {
    weights.scatter();
    for (RankLearner learner : learners) {
      learner.takeBuffers(whole);
    }
    behind = false;
  }

  @Override
  public void momentsChanged() {
    moments.scatter();
  }

  @Override
  public void close() {
    devices.onEach(
        rank -> {
          RankLearner learner = learners[rank.number()];
          learners[rank.number()] = null;
          if (learner != null) {
            learner.close();
          }
        });
    moments.close();
    weights.close();
    whole.close();
  }

  /** Says what of a configuration can't be had on many devices. */
  static void check(RunConfig config) {
    SwitchTransformer.checkMesh(
        config.model(), config.parallel().toMesh(), config.training().optimizer());
    int rows = config.training().batchSize();
    int shards = config.parallel().toMesh().shards();
    if (rows < shards) {
      throw new InputException(
          "batch_size is %d, too few for the %d devices of mesh %s that have rows of their own:"
                  .formatted(rows, shards, config.parallel().toMesh())
              + " choose %d or more.".formatted(shards));
    }
    if (config.parallel().toMesh().expert() > 1
        && config.training().optimizer().equals("adafactor")
        && !config.training().adafactorExperts().equals(Adafactor.EACH)) {
      throw new InputException(
          ("adafactor_experts is %s, but mesh %s divides the experts of a layer over devices: set"
                  + " adafactor_experts to %s.")
              .formatted(
                  config.training().adafactorExperts(),
                  config.parallel().toMesh(),
                  Adafactor.EACH));
    }
    if (config.parallel().devices() > 1 && !config.distillation().teacher().isBlank()) {
      throw new InputException(
          "teacher is set, but a student learns on one device: set devices to 1.");
    }
  }
}
