package dev.switchyard.engine.bench;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.FeedForward;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.ExpertShape;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Times one Switch layer beside the dense feed-forward layer that does as much arithmetic for a
 * token, forward and backward, in float32: what routing costs. Capacity factor 1.0; tokens and the
 * router are such that every expert gets as many tokens as it has room for, so that nothing is
 * dropped and both layers multiply the same number of numbers.
 */
public final class SwitchLayerBenchmark implements AutoCloseable {
  /** Tokens of a batch, about; as many as divide into the experts. */
  public static final int TOKENS = 4096;

  private static final double LOAD_BALANCING = 0.01;
  private static final float MARK = 2;
  private static final int FEWEST_TO_WARM_UP = 20;

  private final Backend backend;
  private final Pass pass;
  private final FeedForward dense;
  private final SwitchLayer sparse;
  private final Routing routing;
  private final Tensor x;
  private final Tensor y;
  private final Tensor dX;
  private final int tokens;
  private final int experts;
  private final List<Tensor> held = new ArrayList<>();
  private final Random random = new Random(1);

  /**
   * What was measured.
   *
   * @param tokens of the batch
   * @param experts of the Switch layer
   * @param denseMillis forward and backward of the dense layer: the median
   * @param switchMillis of the Switch layer: the median
   * @param switchOverDense the median of the ratios of pairs, each run one right after the other
   */
  public record Result(
      int tokens, int experts, double denseMillis, double switchMillis, double switchOverDense) {}

  /**
   * The two layers with random weights, on this backend, which stays its opener's.
   *
   * @param model whose d_model, d_ff, experts and gating they have
   * @throws InputException see {@link #check}
   */
  public SwitchLayerBenchmark(ModelConfig model, Backend backend) {
    check(model);
    int width = model.dModel();
    this.experts = model.numExperts();
    this.backend = backend;
    this.tokens = Math.max(1, TOKENS / experts) * experts;
    this.pass = new Pass(backend, backend.arena(), true, 1, 1, ActivationObserver.NONE);
    boolean gated = model.isGated();
    this.dense = new FeedForward(this::parameter, "dense", width, model.dFf(), gated, 0, 1);
    SwitchPlace place = new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD);
    ExpertShape shape = ExpertShape.feedForward(width, model.dFf(), width, gated);
    this.sparse = new SwitchLayer(withEvenRouter(width), "mlp", experts, shape, 0, place);
    RoutingConfig config = new RoutingConfig(1, 1, 1, 1, 0, LOAD_BALANCING, 0, true);
    RoutingPlan plan = new RoutingPlan(1, tokens, experts, tokens / experts);
    this.routing = Routing.of(pass, config, plan, null, null);
    this.x = numbers(tokens, width);
    this.y = numbers(tokens, width);
    this.dX = numbers(tokens, width);
    markWithExperts(width);
  }

  /**
   * Refuses what can't be measured.
   *
   * @throws InputException for more experts than d_model: the even router tells tokens apart by one
   *     element for each expert
   */
  public static void check(ModelConfig model) {
    if (model.numExperts() > model.dModel()) {
      throw new InputException(
          "A Switch layer is measured with 1 to d_model experts; here are %d, and d_model is %d."
              .formatted(model.numExperts(), model.dModel()));
    }
  }

  private Parameter parameter(ParameterSource.Start start, List<String> names, int... shape) {
    Tensor gradient = backend.allocate(shape);
    held.add(gradient);
    return new Parameter(names, numbers(shape), gradient);
  }

  /** The router asks the first elements of a token, one for each expert. */
  private ParameterSource withEvenRouter(int width) {
    return (start, names, shape) -> {
      Parameter parameter = parameter(start, names, shape);
      if (parameter.name().contains("router")) {
        float[] rows = new float[experts * width];
        for (int expert = 0; expert < experts; expert++) {
          rows[expert * width + expert] = 1;
        }
        backend.write(parameter.value(), rows);
      }
      return parameter;
    };
  }

  /** Each expert in turn gets a token. */
  private void markWithExperts(int width) {
    float[] elements = backend.floats(x);
    for (int token = 0; token < tokens; token++) {
      elements[token * width + token % experts] = MARK;
    }
    backend.write(x, elements);
  }

  private Tensor numbers(int... shape) {
    Tensor tensor = backend.allocate(shape);
    held.add(tensor);
    float[] elements = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = random.nextFloat() - 0.5f;
    }
    backend.write(tensor, elements);
    return tensor;
  }

  /**
   * Measures pairs, the two layers in turn.
   *
   * @param pairs how many
   * @param warmUp seconds of pairs before the first that is measured
   */
  public Result run(int pairs, double warmUp) {
    long begin = System.nanoTime();
    for (int i = 0; i < FEWEST_TO_WARM_UP || System.nanoTime() - begin < warmUp * 1e9; i++) {
      nanos(this::dense);
      nanos(this::sparse);
    }
    double[] denses = new double[pairs];
    double[] sparses = new double[pairs];
    double[] ratios = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      denses[i] = nanos(this::dense);
      sparses[i] = nanos(this::sparse);
      ratios[i] = sparses[i] / denses[i];
    }
    return new Result(
        tokens, experts, Median.of(denses) / 1e6, Median.of(sparses) / 1e6, Median.of(ratios));
  }

  private double nanos(Runnable layer) {
    long begin = System.nanoTime();
    Arena.Mark mark = pass.mark();
    layer.run();
    backend.synchronize();
    pass.forget(mark);
    return System.nanoTime() - begin;
  }

  private void dense() {
    FeedForward.Saved saved = dense.forward(pass, x, y);
    dense.backward(pass, saved, y, dX);
  }

  private void sparse() {
    RoutingTally tally = RoutingTally.take(pass, 1, routing).row(0);
    SwitchLayer.Saved saved = sparse.forward(pass, routing, tally, x, y);
    sparse.backward(pass, saved, y, dX);
  }

  /** Frees weights, tokens and activations. */
  @Override
  public void close() {
    held.forEach(backend::free);
    pass.arena().close();
  }
}
