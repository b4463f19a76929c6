package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.HostNumbers;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Division;
import dev.switchyard.engine.layer.OutputHead;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Precision;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.layer.Share;
import dev.switchyard.engine.layer.SoftTargets;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.Selection;
import dev.switchyard.engine.moe.SelectionBias;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A Switch Transformer in the T5 style: an encoder and a decoder, or a decoder alone. With no
 * sparse layers it is the dense twin. One thread at a time may use it, as its backend.
 */
public final class SwitchTransformer implements AutoCloseable {
  private final ModelConfig config;
  private final Backend backend;
  private final ParameterMemory memory;
  private final Layers layers;
  private final Division undivided;
  private Arithmetic arithmetic;
  private RoutingConfig routing;
  private RoutingTracer tracer;

  /** A layer's result, to find the first that is not finite. */
  private record Activation(String layer, Tensor tensor) {}

  /**
   * A model with initial weights, to be trained.
   *
   * @param config with the vocabulary's size
   * @param seed of the initial weights
   */
  public SwitchTransformer(ModelConfig config, RoutingConfig routing, Backend backend, long seed) {
    this(config, routing, backend, InitialWeights.of(config, seed), true, Rank.alone());
  }

  /**
   * One device's part of a model with initial weights, to be trained together with the others.
   *
   * @param config of the whole model
   * @param rank the device
   * @throws InputException where the model does not divide over the rank's mesh
   */
  public SwitchTransformer(
      ModelConfig config, RoutingConfig routing, Backend backend, long seed, Rank rank) {
    this(config, routing, backend, InitialWeights.of(config, seed), true, rank);
  }

  private SwitchTransformer(
      ModelConfig config,
      RoutingConfig routing,
      Backend backend,
      InitialWeights initial,
      boolean trainable,
      Rank rank) {
    this.config = config;
    this.routing = routing;
    this.backend = backend;
    try (initial) {
      boolean tree = routing.selection().isTree();
      ParameterDivision division = ParameterDivision.of(config, rank, tree);
      this.memory = new ParameterMemory(backend, initial, division, trainable, tree);
      this.layers = Layers.build(division.own(), memory);
    }
    this.undivided = Division.whole(rank);
    this.arithmetic = Arithmetic.of(backend, Precision.FLOAT32);
  }

  /**
   * A model whose weights are all 0, to be loaded.
   *
   * @param trainable whether it has gradients
   */
  public static SwitchTransformer unfilled(
      ModelConfig config, RoutingConfig routing, Backend backend, boolean trainable) {
    return new SwitchTransformer(config, routing, backend, null, trainable, Rank.alone());
  }

  /** Numbers in all parameters of such a model, its routers not trees; nothing is allocated. */
  public static long parameterCount(ModelConfig config) {
    return Layers.parameterSizes(config, false).stream().mapToLong(Long::longValue).sum();
  }

  /** The same of a model that routes so: routers of trees have weights for each bit. */
  public static long parameterCount(ModelConfig config, RoutingConfig routing) {
    return Layers.parameterSizes(config, routing.selection().isTree()).stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** Names and shape of every parameter of a model that routes so; nothing is allocated. */
  public static List<ParameterShape> parameterShapes(ModelConfig config, RoutingConfig routing) {
    return Layers.parameterShapes(config, routing.selection().isTree());
  }

  /** Names and shape of every parameter of a model whose routers are no trees. */
  public static List<ParameterShape> parameterShapes(ModelConfig config) {
    return Layers.parameterShapes(config, false);
  }

  /**
   * Checks that batches of this shape divide into the routing groups.
   *
   * @throws InputException with the numbers, if not
   */
  public static void checkRouting(
      ModelConfig config, RoutingConfig routing, int rows, int inputLength, int targetLength) {
    Selection.of(routing.selection(), config.numExperts());
    StackRouting each =
        new StackRouting(config, routing, new ExpertCapacity(routing.capacity(), 1));
    if (each.isNeeded(true)) {
      each.plan(true, rows, rows * inputLength, Share.WHOLE);
    }
    if (each.isNeeded(false)) {
      each.plan(false, rows, rows * targetLength, Share.WHOLE);
    }
  }

  /**
   * Checks that a model divides over a mesh, and that an optimizer can update its parts.
   *
   * @throws InputException with the setting and the axis, if not
   */
  public static void checkMesh(ModelConfig config, Mesh mesh, String optimizer) {
    ParameterDivision.refuse(whyNotDivided(config, mesh));
    ParameterDivision.refuse(whyNotUpdatedBy(optimizer, mesh));
  }

  /**
   * Why a model can't be divided over a mesh, with the setting and the axis; empty where it can.
   */
  public static Optional<String> whyNotDivided(ModelConfig config, Mesh mesh) {
    return ParameterDivision.whyNot(config, mesh);
  }

  /** Why an optimizer can't update a model that is divided over a mesh; empty where it can. */
  public static Optional<String> whyNotUpdatedBy(String optimizer, Mesh mesh) {
    return ParameterDivision.whyNotUpdatedBy(optimizer, mesh);
  }

  /** The model's shape; of the whole model where this is a device's part. */
  public ModelConfig config() {
    return config;
  }

  /** How it routes. */
  public RoutingConfig routing() {
    return routing;
  }

  /**
   * Routes otherwise from the next pass on.
   *
   * @throws InputException where the routers' weights are of another form
   */
  public void setRouting(RoutingConfig routing) {
    if (routing.selection().isTree() != this.routing.selection().isTree()) {
      throw new InputException(
          "selection can't change from %s to %s: a tree's routers have a row of weights for each"
                  .formatted(this.routing.selection().selection(), routing.selection().selection())
              + " bit, others one for each expert; start a new run.");
    }
    this.routing = routing;
  }

  /** Numbers that no gradient moves, one buffer for each Switch layer, in their order. */
  public List<Buffer> buffers() {
    return memory.buffers();
  }

  /**
   * After a step, moves the routers' selection biases against the load, where the settings say so.
   *
   * @param load the step's figures of the Switch layers, of all devices together
   */
  public void moveSelectionBiases(List<LayerReport> load) {
    double rate = routing.losses().routerBiasUpdateRate();
    for (int i = 0; rate > 0 && i < load.size(); i++) {
      SelectionBias.move(backend, memory.buffers().get(i), load.get(i).load(), rate);
    }
  }

  /**
   * Lets somebody see each token's way through every training step from the next one on.
   *
   * @param tracer null: nobody any more
   */
  public void traceTraining(RoutingTracer tracer) {
    this.tracer = tracer;
  }

  /** In what numbers it computes. */
  public Precision precision() {
    return arithmetic.precision();
  }

  /**
   * Computes in other numbers from the next pass on. Weights, gradients and all that the optimizer
   * keeps are float32 in any case.
   *
   * @throws IllegalStateException where the backend computes in double precision
   */
  public void setPrecision(Precision precision) {
    if (precision != arithmetic.precision()) {
      Arithmetic other = Arithmetic.of(backend, precision);
      arithmetic.close();
      arithmetic = other;
    }
  }

  /** Where it computes: what holds parameters and gradients. */
  public Backend backend() {
    return backend;
  }

  /** What computes its passes, on the same device: it knows the activations' type. */
  Backend activationBackend() {
    return arithmetic.backend();
  }

  /** All parameters, in a fixed order. */
  public List<Parameter> parameters() {
    return memory.parameters();
  }

  /** Switch layers, those of encoder and decoder together. */
  public int switchLayers() {
    return layers.places().size();
  }

  /** Their names, such as "encoder.block.1", in the order in which tokens pass them. */
  public List<String> switchLayerNames() {
    return layers.places().stream().map(SwitchPlace::name).toList();
  }

  /** Numbers in all parameters. */
  public long parameterCount() {
    return memory.elements();
  }

  /**
   * All gradients in a few tensors, zeros between them: for the norm of the whole, and to see
   * whether it is finite.
   */
  public List<Tensor> gradientBlocks() {
    return memory.gradientBlocks();
  }

  /** Sets all gradients to 0. */
  public void zeroGradients() {
    memory.zeroGradients();
  }

  /**
   * The first parameter, in the order of the backward pass (from the output down), whose gradient
   * is infinite or not a number: what lies below has it from there.
   */
  public Optional<String> firstGradientNotFinite() {
    return parameters().reversed().stream()
        .filter(parameter -> !backend.allFinite(parameter.gradient()))
        .map(Parameter::name)
        .findFirst();
  }

  /** Bytes held for activations, those of the largest pass so far. */
  public long activationBytes() {
    return arithmetic.arena().heldBytes();
  }

  /**
   * Forward and backward over a batch, with dropout and jitter: adds the loss' gradient to the
   * parameters'.
   *
   * @param seed of dropout and jitter
   * @param step of the run
   * @throws InputException if the batch does not divide into the routing groups
   */
  public StepFigures forwardBackward(Batch batch, long seed, long step) {
    return forwardBackward(batch, seed, step, () -> {});
  }

  /**
   * The same, for those who time it.
   *
   * @param forwardDone called between the forward and the backward pass
   */
  public StepFigures forwardBackward(Batch batch, long seed, long step, Runnable forwardDone) {
    return forwardBackward(batch, undivided, seed, step, forwardDone, null);
  }

  /**
   * The same where a teacher is learned from besides the labels.
   *
   * @param targets what the teacher makes of the batch, by {@link #probabilities}
   */
  public StepFigures forwardBackward(Batch batch, long seed, long step, SoftTargets targets) {
    return forwardBackward(batch, undivided, seed, step, () -> {}, targets);
  }

  /**
   * The same over one part of a batch. Gradients and figures are its share in those of the whole
   * batch: those of all parts add up to them.
   *
   * @param part of the batch that {@code division} says
   * @param targets what a teacher makes of the part, or null
   */
  public StepFigures forwardBackward(
      Batch part, Division division, long seed, long step, SoftTargets targets) {
    return forwardBackward(part, division, seed, step, () -> {}, targets);
  }

  private StepFigures forwardBackward(
      Batch part,
      Division division,
      long seed,
      long step,
      Runnable forwardDone,
      SoftTargets targets) {
    List<Activation> seen = new ArrayList<>();
    Pass pass =
        arithmetic.pass(
            true, seed, step, (layer, x) -> seen.add(new Activation(layer, x)), division);
    BatchPass forward = forward(pass, part, capacity(routing.capacityFactor()), targets);
    forwardDone.run();
    AskedFigures asked = AskedFigures.of(backend, forward);
    if (tracer != null) {
      tracer.trace(backend, layers.places(), forward, step, division.share().first());
    }
    forward.backward(pass);
    return figures(asked, part, seen, division.share().fraction());
  }

  /** The same figures without dropout and jitter, with the capacity factor of evaluation. */
  public StepFigures evaluate(Batch batch) {
    return evaluate(batch, losses -> {});
  }

  /**
   * The same figures.
   *
   * @param losses hears the cross entropy of each target place, [rows * targetLength] nats; 0 where
   *     nothing counts
   */
  public StepFigures evaluate(Batch batch, Consumer<float[]> losses) {
    List<Activation> seen = new ArrayList<>();
    Pass pass = pass(false, 0, 0, (layer, x) -> seen.add(new Activation(layer, x)));
    BatchPass forward = forward(pass, batch, capacity(routing.evalCapacityFactor()));
    losses.accept(backend.floats(forward.scored().loss()));
    return figures(AskedFigures.of(backend, forward), batch, seen, 1);
  }

  /**
   * Where the tokens go, without dropout and jitter. Rows that do not divide into the routing
   * groups are one group.
   *
   * @param capacityFactor null: that of evaluation
   */
  public ForwardTrace trace(Batch batch, Double capacityFactor) {
    return traceUnder(AlteredRouting.of(routing, capacityFactor), batch);
  }

  /** The same with what people change in the routing. */
  public ForwardTrace traceUnder(AlteredRouting altered, Batch batch) {
    checkIds(batch);
    Pass pass = pass(false, altered.seed(), 0, ActivationObserver.NONE);
    StackRouting stacks =
        new StackRouting(
            config, altered.routing(), altered.capacity(batch.rows()), altered.intervention());
    BatchPass forward = BatchPass.forward(pass, layers, stacks, batch, null);
    return new ForwardTrace(
        forward.routings(backend), forward.crossEntropy(backend), forward.expected(backend));
  }

  /** The logits of every target place, [rows * targetLength * V], as {@link #trace} has them. */
  public float[] logits(Batch batch) {
    return backend.floats(forward(quietPass(), batch, ownCapacity(batch)).head().logits());
  }

  /**
   * All that a batch gives, as in evaluation: without dropout and jitter, with its capacity.
   *
   * @param gradients whether to add the gradient of the cross entropy alone, without the router's
   *     losses, to the parameters'
   */
  public ForwardAnswer answer(Batch batch, boolean gradients) {
    Pass pass = gradients ? quietPass().keepingForBackward() : quietPass();
    BatchPass forward = forward(pass, batch, ownCapacity(batch));
    ForwardAnswer answer =
        new ForwardAnswer(
            batch,
            config.vocabSize(),
            backend.floats(forward.head().logits()),
            forward.crossEntropy(backend),
            forward.routings(backend));
    if (gradients) {
      forward.backward(pass);
      backend.synchronize();
    }
    return answer;
  }

  private ExpertCapacity capacity(double factor) {
    return new ExpertCapacity(routing.capacity(), factor);
  }

  private ExpertCapacity ownCapacity(Batch batch) {
    return AlteredRouting.of(routing, null).capacity(batch.rows());
  }

  private Pass pass(boolean training, long seed, long step, ActivationObserver observer) {
    return arithmetic.pass(training, seed, step, observer, undivided);
  }

  /**
   * The probabilities of every target place, [rows * targetLength, V], as evaluation has them; they
   * live until this model's next pass.
   *
   * @param temperature by which the logits are divided
   */
  public Tensor probabilities(Batch batch, double temperature) {
    Pass pass = quietPass();
    Tensor logits = forward(pass, batch, ownCapacity(batch)).head().logits();
    if (temperature != 1) {
      backend.scale(logits, 1 / temperature);
    }
    Tensor probabilities = pass.takeExact(logits.shape());
    backend.softmax(logits, probabilities);
    return probabilities;
  }

  private BatchPass forward(Pass pass, Batch batch, ExpertCapacity capacity) {
    return forward(pass, batch, capacity, null);
  }

  private BatchPass forward(Pass pass, Batch batch, ExpertCapacity capacity, SoftTargets targets) {
    checkIds(batch);
    return BatchPass.forward(
        pass, layers, new StackRouting(config, routing, capacity), batch, targets);
  }

  private void checkIds(Batch batch) {
    checkIds(batch.inputs());
    checkIds(batch.decoderInputs());
    checkIds(batch.labels());
  }

  /** A pass that is not for training; what the one before took is gone. */
  Pass quietPass() {
    return noisyPass(0, 0);
  }

  /** The same, with a seed of the noise that people add to the routers, and a number of its own. */
  Pass noisyPass(long seed, long number) {
    return pass(false, seed, number, ActivationObserver.NONE);
  }

  Layers layers() {
    return layers;
  }

  /**
   * What the encoder makes of texts of the same length, [texts * S, d]: each is a routing group of
   * its own. It lives as long as the pass.
   *
   * @param altered how they are routed
   */
  Tensor encode(Pass pass, AlteredRouting altered, List<int[]> inputs) {
    int length = inputs.getFirst().length;
    int[] ids = inputs.stream().flatMapToInt(Arrays::stream).toArray();
    StackRouting each =
        new StackRouting(
            config,
            altered.routing(),
            altered.inGroups(inputs.size()).capacity(inputs.size()),
            altered.intervention());
    Sequences sequences = new Sequences(inputs.size(), length, null);
    return BatchPass.encode(pass, layers, each, sequences, ids, null).out();
  }

  /** Refuses ids that the vocabulary does not have. */
  void checkIds(int[] ids) {
    for (int id : ids) {
      if (id >= config.vocabSize()) {
        throw new InputException(
            ("Token id %d is beyond the model's vocabulary of %d: take the tokenizer that the model"
                    + " was trained with.")
                .formatted(id, config.vocabSize()));
      }
    }
  }

  private StepFigures figures(
      AskedFigures asked, Batch batch, List<Activation> seen, double fraction) {
    BatchPass pass = asked.pass();
    HostNumbers numbers = asked.reading().take();
    PassFigures figures = new PassFigures(routing, fraction);
    figures.addStack(numbers, layers.placesOf(true), pass.encoder());
    figures.addStack(numbers, layers.placesOf(false), pass.decoder());
    StepFigures all =
        figures
            .sumUp(
                AskedFigures.objective(numbers, pass.scored()),
                AskedFigures.crossEntropy(numbers, pass.scored()),
                batch.tokens(),
                pass.scored().count())
            .withOutputZLoss(
                OutputHead.squaredLogZ(numbers, pass.scored()), config.outputZLossCoef());
    return all.isFinite() ? all : all.withFirstNotFinite(firstNotFinite(seen));
  }

  private String firstNotFinite(List<Activation> seen) {
    return seen.stream()
        .filter(activation -> !arithmetic.backend().allFinite(activation.tensor()))
        .map(Activation::layer)
        .findFirst()
        .orElse("lm_head");
  }

  /** Frees the parameters and all other memory; the backend stays open. */
  @Override
  public void close() {
    arithmetic.close();
    memory.close();
  }
}
