package dev.switchyard.engine.backend;

import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.FeedForward;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.moe.ExpertShape;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A Switch layer beside the dense feed-forward layer that does as much arithmetic for a token:
 * forward and backward over 4096 tokens, capacity factor 1.0. The router's rows and the tokens are
 * such that every expert gets the same number of tokens, so that nothing is dropped and both layers
 * multiply the same number of numbers.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 2)
public class SwitchLayerBenchmark {
  private static final int TOKENS = 4096;

  @Param({"256"})
  public int width;

  @Param({"8", "64"})
  public int experts;

  private Pass pass;
  private FeedForward dense;
  private SwitchLayer sparse;
  private Routing routing;
  private Tensor x;
  private Tensor y;
  private Tensor dX;

  @Setup
  public void build(Device device) {
    Backend backend = device.backend;
    pass = new Pass(backend, backend.arena(), true, 1, 1, ActivationObserver.NONE);
    ParameterSource source =
        (start, names, shape) ->
            new Parameter(names, device.numbers(shape), backend.allocate(shape));
    dense = new FeedForward(source, "dense", width, 4 * width, false, 0, 1);
    SwitchPlace place = new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD);
    ExpertShape shape = ExpertShape.feedForward(width, 4 * width, width, false);
    sparse = new SwitchLayer(withEvenRouter(source, backend), "mlp", experts, shape, 0, place);
    RoutingConfig config = new RoutingConfig(1, 1, 1, 1, 0, 0.01, 0, true);
    RoutingPlan plan = new RoutingPlan(1, TOKENS, experts, TOKENS / experts);
    routing = Routing.of(pass, config, plan, null, null);
    x = device.numbers(TOKENS, width);
    markWithExperts(backend);
    y = device.numbers(TOKENS, width);
    dX = device.numbers(TOKENS, width);
  }

  /** The router asks the first elements of a token, one for each expert. */
  private ParameterSource withEvenRouter(ParameterSource source, Backend backend) {
    return (start, names, shape) -> {
      Parameter parameter = source.create(start, names, shape);
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
  private void markWithExperts(Backend backend) {
    float[] tokens = backend.floats(x);
    for (int token = 0; token < TOKENS; token++) {
      tokens[token * width + token % experts] = 2;
    }
    backend.write(x, tokens);
  }

  @Benchmark
  public void dense() {
    Arena.Mark mark = pass.mark();
    FeedForward.Saved saved = dense.forward(pass, x, y);
    dense.backward(pass, saved, y, dX);
    pass.forget(mark);
  }

  @Benchmark
  public void sparse() {
    Arena.Mark mark = pass.mark();
    RoutingTally tally = RoutingTally.take(pass, 1, routing).row(0);
    SwitchLayer.Saved saved = sparse.forward(pass, routing, tally, x, y);
    sparse.backward(pass, saved, y, dX);
    pass.forget(mark);
  }

  @TearDown
  public void close() {
    pass.arena().close();
  }
}
