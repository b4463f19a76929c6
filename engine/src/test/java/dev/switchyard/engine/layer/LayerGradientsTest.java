package dev.switchyard.engine.layer;

import static dev.switchyard.engine.layer.FiniteDifferences.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.backend.RoutingPlan;
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
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each layer's backward is the derivative of its forward, dropout and jitter included. */
final class LayerGradientsTest {
  private static final int WIDTH = 6;

  private final Backend backend = new ReferenceBackend();
  private final Arena arena = backend.arena();
  private final List<Parameter> parameters = new ArrayList<>();
  private final ParameterSource source =
      (start, names, shape) -> {
        Parameter parameter =
            new Parameter(
                names, random(backend, 100 + parameters.size(), shape), backend.allocate(shape));
        parameters.add(parameter);
        return parameter;
      };

  /** What a test does with a layer: forward, and backward from the gradient of the result. */
  private interface Run {
    /** Gives the result; its backward, called with the gradient, fills the inputs' gradients. */
    Result of(Pass pass);
  }

  private record Result(Tensor out, double loss, Function<Tensor, List<Tensor>> backward) {
    Result(Tensor out, Function<Tensor, List<Tensor>> backward) {
      this(out, 0, backward);
    }
  }

  private Pass pass() {
    arena.reset();
    return new Pass(backend, arena, true, 5, 7, ActivationObserver.NONE);
  }

  /**
   * Checks the layer's parameters and inputs on the loss sum(out x weights) + the run's own loss.
   */
  private void check(Run run, Tensor... inputs) {
    Result result = run.of(pass());
    Tensor weights = random(backend, 99, result.out().shape());
    double[] w = backend.doubles(weights);
    List<double[]> gradients =
        result.backward().apply(weights).stream().map(backend::doubles).toList();
    List<double[]> parameterGradients =
        parameters.stream().map(p -> backend.doubles(p.gradient())).toList();
    DoubleSupplier loss =
        () -> {
          Result again = run.of(pass());
          double[] out = backend.doubles(again.out());
          double sum = again.loss();
          for (int i = 0; i < out.length; i++) {
            sum += out[i] * w[i];
          }
          return sum;
        };
    for (int i = 0; i < inputs.length; i++) {
      FiniteDifferences.check("input " + i, backend, inputs[i], gradients.get(i), 60, loss);
    }
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      FiniteDifferences.check(
          parameter.name(), backend, parameter.value(), parameterGradients.get(i), 60, loss);
    }
  }

  private Tensor zeros(Pass pass, Tensor like) {
    Tensor tensor = pass.take(like.shape());
    backend.zero(tensor);
    return tensor;
  }

  @Test
  void rmsNorm() {
    RmsNorm norm = new RmsNorm(source.ones("norm", WIDTH), 1e-6);
    Tensor x = random(backend, 1, 5, WIDTH);
    check(
        pass -> {
          Tensor out = pass.take(x.shape());
          RmsNorm.Saved saved = norm.forward(pass, x, out);
          return new Result(
              out,
              dOut -> {
                Tensor dX = zeros(pass, x);
                norm.backward(pass, saved, dOut, dX);
                return List.of(dX);
              });
        },
        x);
  }

  @Test
  void feedForward() {
    FeedForward layer = new FeedForward(source, "mlp", WIDTH, 9, false, 0.2, 3);
    Tensor x = random(backend, 1, 5, WIDTH);
    check(pass -> feedForward(pass, layer, x), x);
  }

  @Test
  void gatedFeedForward() {
    FeedForward layer = new FeedForward(source, "mlp", WIDTH, 9, true, 0.2, 3);
    Tensor x = random(backend, 1, 5, WIDTH);
    check(pass -> feedForward(pass, layer, x), x);
    assertThat(parameters)
        .extracting(Parameter::name)
        .containsExactly("mlp.wi_0.weight", "mlp.wi_1.weight", "mlp.wo.weight");
  }

  private static Result feedForward(Pass pass, FeedForward layer, Tensor x) {
    Tensor out = pass.take(x.shape());
    FeedForward.Saved saved = layer.forward(pass, x, out);
    return new Result(
        out,
        dOut -> {
          Tensor dX = pass.take(x.shape());
          layer.backward(pass, saved, dOut, dX);
          return List.of(dX);
        });
  }

  @Test
  void selfAttentionWithItsPositionBias() {
    Attention attention =
        new Attention(source, "attention", WIDTH, new AttentionHeads(2, 4, true, 0.2, 3));
    PositionBias positions = new PositionBias(source, "bias", 8, 2, 16, false);
    Tensor x = random(backend, 1, 2 * 5, WIDTH);
    Sequences sequences = new Sequences(2, 5, null);
    check(
        pass -> {
          PositionBias.Saved bias = positions.forward(pass, 5);
          Tensor out = pass.take(x.shape());
          Attention.Saved saved =
              attention.forward(pass, x, sequences, x, sequences, bias.bias(), out);
          return new Result(
              out,
              dOut -> {
                Tensor dX = pass.take(x.shape());
                Tensor dBias = zeros(pass, bias.bias());
                attention.backward(pass, saved, dOut, dX, null, dBias);
                positions.backward(pass, bias, dBias);
                return List.of(dX);
              });
        },
        x);
  }

  @Test
  void crossAttentionOverPaddedMemory() {
    Attention attention =
        new Attention(source, "attention", WIDTH, new AttentionHeads(2, 4, false, 0.2, 3));
    Tensor x = random(backend, 1, 2 * 3, WIDTH);
    Tensor memory = random(backend, 2, 2 * 4, WIDTH);
    check(
        pass -> {
          Sequences asking = new Sequences(2, 3, null);
          Sequences answering =
              new Sequences(2, 4, pass.ints(new int[] {1, 1, 1, 0, 1, 1, 0, 0}, 2, 4));
          Tensor out = pass.take(x.shape());
          Attention.Saved saved = attention.forward(pass, x, asking, memory, answering, null, out);
          return new Result(
              out,
              dOut -> {
                Tensor dX = pass.take(x.shape());
                Tensor dMemory = zeros(pass, memory);
                attention.backward(pass, saved, dOut, dX, dMemory, null);
                return List.of(dX, dMemory);
              });
        },
        x,
        memory);
  }

  @Test
  void embedding() {
    Embedding embedding =
        new Embedding(
            source.create(ParameterSource.Start.EMBEDDING, List.of("shared"), 4, WIDTH), 0.2, 3);
    check(
        pass -> {
          Tensor ids = pass.ints(new int[] {3, 0, 3, 1, 3}, 5);
          Tensor out = pass.take(5, WIDTH);
          embedding.forward(pass, ids, out);
          return new Result(
              out,
              dOut -> {
                Tensor changed = pass.take(dOut.shape());
                backend.copy(dOut, changed);
                embedding.backward(pass, ids, changed);
                return List.of();
              });
        });
  }

  @Test
  void outputHead() {
    OutputHead head = new OutputHead(source.linear("lm_head", 7, WIDTH), 0.4, 0.05);
    Tensor x = random(backend, 1, 4, WIDTH);
    check(
        pass -> {
          OutputHead.Saved saved = head.forward(pass, x);
          Tensor labels = pass.ints(new int[] {6, -100, 0, 2}, 4);
          OutputHead.Scored scored = head.score(pass, saved, labels, 3, null);
          return new Result(
              zeros(pass, x),
              backend.sum(scored.loss()) / 3 + 0.05 * squaredLogZ(scored),
              dOut -> {
                Tensor dX = pass.take(x.shape());
                head.backward(pass, saved, scored, dX);
                return List.of(dX);
              });
        },
        x);
  }

  /** From its definition, over the labels that count. */
  private double squaredLogZ(OutputHead.Scored scored) {
    double[] logZ = backend.doubles(scored.logSumExp());
    double mean = (logZ[0] * logZ[0] + logZ[2] * logZ[2] + logZ[3] * logZ[3]) / 3;
    assertThat(
            OutputHead.squaredLogZ(
                backend.readLater(List.of(scored.logSumExp(), scored.labels())).take(), scored))
        .isEqualTo(mean);
    return mean;
  }

  @Test
  void switchLayerWithItsLosses() {
    checkSwitchLayer(false, null);
  }

  @Test
  void gatedSwitchLayerOverPaddedTokens() {
    checkSwitchLayer(true, new int[] {1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0});
  }

  private void checkSwitchLayer(boolean gated, int[] mask) {
    SwitchLayer layer =
        new SwitchLayer(
            source,
            "mlp",
            3,
            ExpertShape.feedForward(WIDTH, 8, WIDTH, gated),
            0.2,
            new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD));
    RoutingConfig config = new RoutingConfig(0.75, 2, 1, 2, 0.05, 0.3, 0.2, true);
    RoutingPlan plan = new RoutingPlan(2, 6, 3, 1);
    Tensor x = random(backend, 1, plan.tokens(), WIDTH);
    check(
        pass -> {
          Tensor tokenMask = mask == null ? null : pass.ints(mask, mask.length);
          Routing routing = Routing.of(pass, config, plan, tokenMask, mask);
          RoutingTally tally = RoutingTally.take(pass, 1, routing).row(0);
          Tensor out = pass.take(x.shape());
          SwitchLayer.Saved saved = layer.forward(pass, routing, tally, x, out);
          return new Result(
              out,
              losses(config, routing, tally),
              dOut -> {
                Tensor dX = pass.take(x.shape());
                layer.backward(pass, saved, dOut, dX);
                return List.of(dX);
              });
        },
        x);
  }

  /** The router's losses, from their definitions. */
  private double losses(RoutingConfig config, Routing routing, RoutingTally tally) {
    int[] asked = backend.ints(tally.asked());
    double[] sums = backend.doubles(tally.probabilitySums());
    double balance = 0;
    for (int g = 0; g < 2; g++) {
      double tokens = asked[3 * g] + asked[3 * g + 1] + asked[3 * g + 2];
      for (int e = 3 * g; e < 3 * g + 3; e++) {
        balance += 3 * (asked[e] / tokens) * (sums[e] / tokens) / 2;
      }
    }
    double z = backend.doubles(tally.routerFigures())[1] / routing.tokens();
    return config.routerAuxLossCoef() * balance + config.routerZLossCoef() * z;
  }
}
