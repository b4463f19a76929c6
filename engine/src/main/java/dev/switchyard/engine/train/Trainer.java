package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.Position;
import dev.switchyard.engine.evaluate.HeldOutEvaluator;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.microscope.ModelMicroscope;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.moe.ExplorationConfig;
import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.observe.WhatIf;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.CheckpointParts;
import dev.switchyard.engine.store.ModelDescription;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.store.TrainingState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Trains a Switch model, and its dense twin on the same batches in the same order, step by step.
 * For one thread, always the same.
 */
final class Trainer implements AutoCloseable {
  private RunSetup setup;
  private final Backend backend;
  private final Teacher teacher;
  private final Devices devices;
  private final ModelTraining model;
  private final ModelTraining twin;
  private LearningRate learningRate;
  private final BatchAhead batches;
  private final HeldOutEvaluator heldOut;
  private Position position;
  private long step;
  private long tokens;
  private Consumer<BatchRouting> observer;

  /**
   * A trainer with initial weights, before its first step or before {@link #load}.
   *
   * @param setup closed with the trainer, as are the others
   * @param backend of the only device; with more, for whole models: to evaluate and to look at
   * @param devices null for only one
   * @param start where the batches stand
   * @param heldOut text for evaluation; there may be none
   * @param teaching what the model learns from besides the text, or null
   */
  Trainer(
      RunSetup setup,
      Backend backend,
      Devices devices,
      BatchAhead batches,
      Position start,
      List<HeldOut> heldOut,
      TeachingModel teaching) {
    this.setup = setup;
    this.backend = backend;
    this.devices = devices;
    this.batches = batches;
    this.position = start;
    this.heldOut = new HeldOutEvaluator(heldOut, setup.objective(), setup.tokenizer());
    TrainingConfig training = setup.config().training();
    this.learningRate = LearningRate.of(training);
    this.teacher = teaching == null ? null : teaching.load(backend, setup.config());
    try {
      this.model = learner("model", setup, backend, devices, teacher);
    } catch (RuntimeException | Error e) {
      closeTeacher();
      throw e;
    }
    try {
      this.twin = training.twin() ? learner("twin", setup, backend, devices, null) : null;
    } catch (RuntimeException | Error e) {
      model.close();
      closeTeacher();
      throw e;
    }
  }

  private static ModelTraining learner(
      String name, RunSetup setup, Backend backend, Devices devices, Teacher teacher) {
    RunConfig config = setup.config();
    ModelConfig shape = name.equals("twin") ? config.model().denseTwin() : config.model();
    if (devices != null) {
      return new MeshLearner(name, shape, config, devices, backend);
    }
    SwitchTransformer model =
        new SwitchTransformer(shape, config.routing(), backend, config.training().seed());
    model.setPrecision(Precision.named(config.training().precision()));
    return new Learner(name, model, config.training(), teacher);
  }

  /** Finished steps. */
  long step() {
    return step;
  }

  /** Where it computes, for people. */
  String device() {
    return devices == null ? backend.description() : devices.description();
  }

  /** The Switch model. */
  SwitchTransformer model() {
    return model.model();
  }

  RunSetup setup() {
    return setup;
  }

  /** What stands under the microscope: the model, with texts that it is not trained on. */
  Microscope.Subject subject(String name) {
    return ModelMicroscope.describe(
            name,
            model.model(),
            setup.config().data().objective().equals("span_corruption"),
            ExampleTexts.of(heldOut.allBatches(), setup))
        .trainedOn(setup.config().data().data());
  }

  /**
   * Lets somebody see where every token of the next step's batch went, when it is done; null where
   * that is too much to be looked at.
   */
  void traceNext(Consumer<BatchRouting> observer) {
    this.observer = observer;
  }

  /**
   * One step of each model on the next batch.
   *
   * @throws dev.switchyard.engine.configuration.InputException where a loss is no number or the
   *     data can't be read; then no weight has changed
   */
  StepReport next() {
    BatchAhead.Ready ready = batches.take();
    long number = step + 1;
    double rate = learningRate.at(number);
    List<StepRouting> routing = Collections.synchronizedList(new ArrayList<>());
    if (observer != null) {
      model.traceNext(routing::add);
    }
    model.compute(ready.batch(), number);
    if (twin != null) {
      twin.compute(ready.batch(), number);
    }
    model.update(number, rate);
    if (twin != null) {
      twin.update(number, rate);
    }
    step = number;
    tokens += ready.batch().tokens();
    position = ready.after();
    if (observer != null) {
      observer.accept(routing.size() < parts() ? null : routing(ready.batch(), routing));
      observer = null;
    }
    StepReport report =
        new StepReport(
            number, rate, model.report(tokens), twin == null ? null : twin.report(tokens));
    return devices == null ? report : report.withDevices(deviceReports(ready.batch()));
  }

  /** In how many a batch is computed. */
  private int parts() {
    RunConfig config = setup.config();
    int shards = devices == null ? 1 : devices.mesh().shards();
    return shards * config.training().microBatches();
  }

  private BatchRouting routing(Batch batch, List<StepRouting> parts) {
    Map<Integer, String> known = new HashMap<>();
    IntFunction<String> text = id -> known.computeIfAbsent(id, setup.tokenizer()::piece);
    return BatchRouting.of(
        batch.rows(),
        Arrays.stream(batch.inputs()).mapToObj(text).toList(),
        Arrays.stream(batch.decoderInputs()).mapToObj(text).toList(),
        parts);
  }

  /** See {@link ModelTraining#memoryBytes}. */
  long memoryBytes() {
    return model.memoryBytes() + (twin == null ? 0 : twin.memoryBytes());
  }

  /** Goes on with other settings from the next step. */
  void change(RunConfig config) {
    setup = setup.with(config);
    learningRate = LearningRate.of(config.training());
    model.change(config);
    if (twin != null) {
      twin.change(config);
    }
  }

  /** Takes texts as probes where the settings name none: then they stand there like chosen ones. */
  void chooseProbes(List<String> texts) {
    RunConfig config = setup.config();
    if (config.training().probing().wantsTexts()) {
      setup = setup.with(config.with(Map.of("probes", texts)));
    }
  }

  /**
   * Routes the probes with the weights as they are; nothing where there are none.
   *
   * @throws dev.switchyard.engine.configuration.InputException for one that can't be routed
   */
  Optional<ProbeReport> probe() {
    ProbeConfig probing = setup.config().training().probing();
    if (probing.probeEvery() == 0 || probing.probes().isEmpty() || model().switchLayers() == 0) {
      return Optional.empty();
    }
    List<String> texts = probing.probes();
    List<RoutingTrace> traces =
        ModelMicroscope.route(
            model(), setup.tokenizer(), new Microscope.Request(texts, null, false, WhatIf.NOTHING));
    List<ProbeReport.Probe> probes = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      probes.add(ProbeReport.Probe.of(texts.get(i), traces.get(i)));
    }
    return Optional.of(new ProbeReport(step, probes));
  }

  private List<DeviceReport> deviceReports(Batch batch) {
    List<MeshLearner> learners = new ArrayList<>(List.of((MeshLearner) model));
    if (twin != null) {
      learners.add((MeshLearner) twin);
    }
    return DeviceReports.of(devices, learners, setup.config(), batch);
  }

  /** Measures the models on held-out text; nothing where none is held out. */
  Optional<Evaluation> evaluate() {
    if (heldOut.heldOut().isEmpty()) {
      return Optional.empty();
    }
    Evaluation evaluation =
        heldOut.evaluate(
            "%d held-out batches".formatted(heldOut.batches()),
            model.model(),
            twin == null ? null : twin.model());
    return Optional.of(
        teacher == null
            ? evaluation
            : evaluation.withDistillation(teacher.measure(heldOut, evaluation, model.model())));
  }

  /** Takes the teacher's weights where it has the same ones; before the first step. */
  void startFromTeacher() {
    teacher.startOff(model.model());
  }

  private void closeTeacher() {
    if (teacher != null) {
      teacher.close();
    }
  }

  /** Takes a model's weights in place of the initial ones; before the first step. */
  void startFrom(StartingModel from) {
    from.load(model.model(), false);
    model.weightsChanged();
    if (twin != null) {
      from.load(twin.model(), true);
      twin.weightsChanged();
    }
  }

  /**
   * Draws from probabilities know nothing of a selection bias that the weights bring along.
   *
   * @throws InputException where both are there
   */
  void checkSelectionBiases() {
    if (model.model().routing().exploration().exploration().equals(ExplorationConfig.SAMPLE)
        && model.model().buffers().stream().anyMatch(Buffer::isInUse)) {
      throw new InputException(
          "The model's routers have selection biases (of a router_bias_update_rate), but"
              + " exploration is sample, which draws experts by their probabilities alone: set"
              + " exploration to jitter or argmax.");
    }
  }

  /** All that a checkpoint of this moment holds. */
  CheckpointParts checkpoint() {
    model.checkWeights(step);
    double twinSeconds = 0;
    if (twin != null) {
      twin.checkWeights(step);
      twinSeconds = twin.seconds();
    }
    CheckpointParts parts =
        new CheckpointParts(new TrainingState(step, tokens, model.seconds(), twinSeconds, position))
            .tensors(Checkpoint.MODEL, backend, model.weights());
    if (twin != null) {
      parts.tensors(Checkpoint.TWIN, backend, twin.weights());
    }
    parts.tensors(Checkpoint.OPTIMIZER, backend, moments());
    RunConfig config = setup.config();
    String description = setup.tokenizer().description();
    boolean bytes = config.data().tokenizer().equals("bytes");
    if (!bytes) {
      parts.file(Checkpoint.TOKENIZER, description.getBytes(StandardCharsets.UTF_8));
    }
    return parts.file(
        Checkpoint.CONFIG,
        new ModelDescription(config.model(), config.routing(), config.data())
            .json(setup.tokenizer().end()));
  }

  private List<NamedTensor> moments() {
    List<NamedTensor> moments = new ArrayList<>(model.moments());
    if (twin != null) {
      moments.addAll(twin.moments());
    }
    return moments;
  }

  /** Takes up where a checkpoint stood; the batches must stand there already. */
  void load(Checkpoint checkpoint) {
    model.load(checkpoint, Checkpoint.MODEL);
    if (twin != null) {
      twin.load(checkpoint, Checkpoint.TWIN);
    }
    if (checkpoint.has(Checkpoint.OPTIMIZER) || checkpoint.state().step() > 0) {
      // A model that was imported brings none: the optimizer starts anew.
      checkpoint.load(Checkpoint.OPTIMIZER, backend, moments());
    }
    model.weightsChanged();
    model.momentsChanged();
    if (twin != null) {
      twin.weightsChanged();
      twin.momentsChanged();
    }
    TrainingState state = checkpoint.state();
    step = state.step();
    tokens = state.tokens();
    position = state.data() == null ? position : state.data();
    model.setSeconds(state.seconds());
    if (twin != null) {
      twin.setSeconds(state.twinSeconds());
    }
  }

  @Override
  public void close() {
    batches.close();
    model.close();
    if (twin != null) {
      twin.close();
    }
    closeTeacher();
    if (devices != null) {
      devices.close();
    }
    backend.close();
    setup.close();
  }
}
