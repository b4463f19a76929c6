package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.OutputHead;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.LoadBalancing;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Switch Transformer in the T5 style: an encoder and a decoder, or a decoder alone. With no
 * sparse layers it is the dense twin. One thread at a time may use it, as its backend.
 */
public final class SwitchTransformer implements AutoCloseable {
  private final ModelConfig config;
  private final Backend backend;
  private final ParameterMemory memory;
  private final Layers layers;
  private final Arena arena;
  private RoutingConfig routing;

  /** A pass' results that are still on the device. */
  private record Forward(
      Stack.Saved encoder,
      Stack.Saved decoder,
      OutputHead.Saved head,
      OutputHead.Scored scored,
      RoutingTally tally) {}

  /** Everything an activation's name and tensor, to find the first that is not finite. */
  private record Activation(String layer, Tensor tensor) {}

  /**
   * A model with initial weights, to be trained.
   *
   * @param config with the vocabulary's size
   * @param seed of the initial weights
   */
  public SwitchTransformer(ModelConfig config, RoutingConfig routing, Backend backend, long seed) {
    this(
        config,
        routing,
        backend,
        new Initialisation(seed, config.initScale(), config.embeddingInit()),
        true);
  }

  private SwitchTransformer(
      ModelConfig config,
      RoutingConfig routing,
      Backend backend,
      Initialisation initialisation,
      boolean trainable) {
    this.config = config;
    this.routing = routing;
    this.backend = backend;
    this.memory =
        new ParameterMemory(
            backend, initialisation, trainable ? Layers.parameterSizes(config) : null);
    this.layers = Layers.build(config, memory);
    this.arena = backend.arena();
  }

  /**
   * A model whose weights are all 0, to be loaded.
   *
   * @param trainable whether it has gradients
   */
  public static SwitchTransformer unfilled(
      ModelConfig config, RoutingConfig routing, Backend backend, boolean trainable) {
    return new SwitchTransformer(config, routing, backend, null, trainable);
  }

  /** Numbers in all parameters of such a model; nothing is allocated. */
  public static long parameterCount(ModelConfig config) {
    return Layers.parameterSizes(config).stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Checks that batches of this shape divide into the routing groups.
   *
   * @throws InputException with the numbers, if not
   */
  public static void checkRouting(
      ModelConfig config, RoutingConfig routing, int rows, int inputLength, int targetLength) {
    if (config.isEncoderDecoder() && hasSwitchLayer(config, true)) {
      plan(config, routing, true, rows * inputLength, routing.routingGroups(), 1);
    }
    if (hasSwitchLayer(config, false)) {
      plan(config, routing, false, rows * targetLength, routing.routingGroups(), 1);
    }
  }

  private static boolean hasSwitchLayer(ModelConfig config, boolean encoder) {
    int blocks = encoder ? config.numLayers() : config.numDecoderLayers();
    for (int block = 0; block < blocks; block++) {
      if (config.isSparse(encoder, block)) {
        return true;
      }
    }
    return false;
  }

  private static RoutingPlan plan(
      ModelConfig config,
      RoutingConfig routing,
      boolean encoder,
      int tokens,
      int groups,
      double factor) {
    return ExpertCapacity.plan(
        tokens,
        groups,
        config.numExperts(),
        factor,
        routing.minExpertCapacity(),
        encoder ? "the encoder's batch" : "the decoder's batch");
  }

  /** The model's shape. */
  public ModelConfig config() {
    return config;
  }

  /** How it routes. */
  public RoutingConfig routing() {
    return routing;
  }

  /** Routes otherwise from the next pass on. */
  public void setRouting(RoutingConfig routing) {
    this.routing = routing;
  }

  /** Where it computes. */
  public Backend backend() {
    return backend;
  }

  /** All parameters, in a fixed order. */
  public List<Parameter> parameters() {
    return memory.parameters();
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
    memory.gradientBlocks().forEach(backend::zero);
  }

  /** The first parameter whose gradient is infinite or not a number. */
  public Optional<String> firstGradientNotFinite() {
    return parameters().stream()
        .filter(parameter -> !backend.allFinite(parameter.gradient()))
        .map(Parameter::name)
        .findFirst();
  }

  /** Bytes held for activations, those of the largest pass so far. */
  public long activationBytes() {
    return arena.heldBytes();
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
    List<Activation> seen = new ArrayList<>();
    Pass pass = pass(true, seed, step, (layer, x) -> seen.add(new Activation(layer, x)));
    Forward forward = forward(pass, batch, routing.routingGroups(), routing.capacityFactor());
    backward(pass, forward);
    return figures(forward, batch, seen);
  }

  /** The same figures without dropout and jitter, with the capacity factor of evaluation. */
  public StepFigures evaluate(Batch batch) {
    List<Activation> seen = new ArrayList<>();
    Pass pass = pass(false, 0, 0, (layer, x) -> seen.add(new Activation(layer, x)));
    Forward forward = forward(pass, batch, routing.routingGroups(), routing.evalCapacityFactor());
    return figures(forward, batch, seen);
  }

  /**
   * Where the tokens go, without dropout and jitter. Rows that do not divide into the routing
   * groups are one group.
   *
   * @param capacityFactor null: that of evaluation
   */
  public ForwardTrace trace(Batch batch, Double capacityFactor) {
    Forward forward = forwardAlone(batch, capacityFactor);
    List<LayerRouting> routings = new ArrayList<>();
    Stream.of(forward.encoder(), forward.decoder())
        .filter(stack -> stack != null)
        .flatMap(stack -> stack.blocks().stream())
        .map(Block.Saved::switchLayer)
        .filter(saved -> saved != null)
        .forEach(saved -> routings.add(routing(layers.places().get(routings.size()), saved)));
    return new ForwardTrace(List.copyOf(routings), crossEntropy(forward.scored()));
  }

  /** The logits of every target place, [rows * targetLength * V], as {@link #trace} has them. */
  public float[] logits(Batch batch) {
    return backend.floats(forwardAlone(batch, null).head().logits());
  }

  private Forward forwardAlone(Batch batch, Double capacityFactor) {
    int groups = batch.rows() % routing.routingGroups() == 0 ? routing.routingGroups() : 1;
    return forward(
        pass(false, 0, 0, ActivationObserver.NONE),
        batch,
        groups,
        capacityFactor == null ? routing.evalCapacityFactor() : capacityFactor);
  }

  private Pass pass(boolean training, long seed, long step, ActivationObserver observer) {
    arena.reset();
    return new Pass(backend, arena, training, seed, step, observer);
  }

  private Forward forward(Pass pass, Batch batch, int groups, double factor) {
    checkIds(batch.inputs());
    checkIds(batch.decoderInputs());
    checkIds(batch.labels());
    RoutingTally tally =
        layers.places().isEmpty()
            ? null
            : RoutingTally.take(pass, layers.places().size(), groups, config.numExperts());
    Stack.Saved encoder = null;
    if (layers.encoder() != null) {
      Sequences inputs = sequences(pass, batch.rows(), batch.inputLength(), batch.inputMask());
      encoder =
          layers
              .encoder()
              .forward(
                  pass,
                  pass.ints(batch.inputs(), inputs.tokens()),
                  inputs,
                  null,
                  stackRouting(pass, true, inputs, batch.inputMask(), groups, factor),
                  tally,
                  0);
    }
    Sequences targets = sequences(pass, batch.rows(), batch.targetLength(), batch.targetMask());
    // Padding stands at the end of a row, where causal attention does not see it.
    Sequences seen = new Sequences(targets.rows(), targets.length(), null);
    Stack.Saved decoder =
        layers
            .decoder()
            .forward(
                pass,
                pass.ints(batch.decoderInputs(), targets.tokens()),
                seen,
                encoder,
                stackRouting(pass, false, targets, batch.targetMask(), groups, factor),
                tally,
                layers.encoderPlaces());
    OutputHead.Saved head = layers.head().forward(pass, decoder.out());
    long labels = Arrays.stream(batch.labels()).filter(label -> label >= 0).count();
    OutputHead.Scored scored =
        layers.head().score(pass, head, pass.ints(batch.labels(), targets.tokens()), labels);
    return new Forward(encoder, decoder, head, scored, tally);
  }

  private void backward(Pass pass, Forward forward) {
    Tensor dDecoder = pass.take(forward.decoder().out().shape());
    layers.head().backward(pass, forward.head(), forward.scored(), dDecoder);
    Tensor dEncoder = null;
    if (forward.encoder() != null) {
      dEncoder = pass.take(forward.encoder().out().shape());
      backend.zero(dEncoder);
    }
    layers.decoder().backward(pass, forward.decoder(), dDecoder, dEncoder);
    if (forward.encoder() != null) {
      layers.encoder().backward(pass, forward.encoder(), dEncoder, null);
    }
  }

  private void checkIds(int[] ids) {
    for (int id : ids) {
      if (id >= config.vocabSize()) {
        throw new InputException(
            "Token id %d is beyond the model's vocabulary of %d: take the tokenizer that the model was trained with."
                .formatted(id, config.vocabSize()));
      }
    }
  }

  private static Sequences sequences(Pass pass, int rows, int length, int[] mask) {
    boolean padded = Arrays.stream(mask).anyMatch(m -> m == 0);
    return new Sequences(rows, length, padded ? pass.ints(mask, rows, length) : null);
  }

  private Routing stackRouting(
      Pass pass, boolean encoder, Sequences sequences, int[] mask, int groups, double factor) {
    if (!hasSwitchLayer(config, encoder)) {
      return null;
    }
    RoutingPlan plan = plan(config, routing, encoder, sequences.tokens(), groups, factor);
    boolean masked = routing.routerIgnorePaddingTokens() && sequences.mask() != null;
    Tensor tokenMask = masked ? sequences.mask().as(sequences.tokens()) : null;
    return Routing.of(pass, routing, plan, tokenMask, masked ? mask : null);
  }

  private double crossEntropy(OutputHead.Scored scored) {
    return scored.count() == 0 ? 0 : backend.sum(scored.loss()) / scored.count();
  }

  private StepFigures figures(Forward forward, Batch batch, List<Activation> seen) {
    PassFigures figures = new PassFigures(routing);
    double crossEntropy = crossEntropy(forward.scored());
    figures.readLayers(
        backend,
        layers.places(),
        forward.tally(),
        forward.encoder() == null ? null : forward.encoder().routing(),
        forward.decoder().routing());
    StepFigures all = figures.sumUp(crossEntropy, batch.tokens(), forward.scored().count());
    return all.isFinite() ? all : all.withFirstNotFinite(firstNotFinite(seen));
  }

  private String firstNotFinite(List<Activation> seen) {
    return seen.stream()
        .filter(activation -> !backend.allFinite(activation.tensor()))
        .map(Activation::layer)
        .findFirst()
        .orElse("lm_head");
  }

  private LayerRouting routing(Layers.Place place, SwitchLayer.Saved saved) {
    RoutingPlan plan = saved.routing().plan();
    int[] slot = backend.ints(saved.dispatch().slot());
    boolean[] kept = new boolean[slot.length];
    for (int t = 0; t < slot.length; t++) {
      kept[t] = slot[t] >= 0;
    }
    float[] flat = backend.floats(saved.router().probabilities());
    float[][] probabilities = new float[slot.length][];
    for (int t = 0; t < slot.length; t++) {
      probabilities[t] = Arrays.copyOfRange(flat, t * plan.experts(), (t + 1) * plan.experts());
    }
    int[] askedInGroups = backend.ints(saved.dispatch().asked());
    int[] asked = new int[plan.experts()];
    for (int i = 0; i < askedInGroups.length; i++) {
      asked[i % plan.experts()] += askedInGroups[i];
    }
    return new LayerRouting(
        place.name(),
        place.encoder(),
        place.block(),
        plan.experts(),
        plan.capacity(),
        backend.ints(saved.dispatch().expert()),
        backend.floats(saved.dispatch().gate()),
        backend.ints(saved.dispatch().position()),
        kept,
        probabilities,
        asked,
        LoadBalancing.loss(
            askedInGroups, backend.doubles(saved.tally().probabilitySums()), plan.experts()));
  }

  /** Frees the parameters and all other memory; the backend stays open. */
  @Override
  public void close() {
    arena.close();
    memory.close();
  }
}
