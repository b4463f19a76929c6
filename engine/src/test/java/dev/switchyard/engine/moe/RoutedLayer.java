package dev.switchyard.engine.moe;

import static dev.switchyard.engine.layer.FiniteDifferences.random;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.SettingsRecord;
import dev.switchyard.engine.layer.ActivationObserver;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A small Switch layer in double precision that routes as the settings say. */
final class RoutedLayer {
  static final int WIDTH = 4;
  static final int EXPERTS = 4;

  final Backend backend = new ReferenceBackend();
  final List<Parameter> parameters = new ArrayList<>();
  final RoutingConfig config;
  private final Arena arena = backend.arena();
  private final SwitchLayer layer;
  private Buffer bias;
  private Pass pass;

  /** What a pass over the layer gave. */
  record Routed(SwitchLayer.Saved saved, Tensor y) {
    Dispatch dispatch() {
      return saved.dispatch();
    }
  }

  /** Settings: name, value, name, value; no noise and no losses unless said so. */
  RoutedLayer(Object... settings) {
    Map<String, Object> values = new HashMap<>();
    values.put("exploration", "argmax");
    values.put("router_aux_loss_coef", 0);
    values.put("min_expert_capacity", 1);
    for (int i = 0; i < settings.length; i += 2) {
      values.put((String) settings[i], settings[i + 1]);
    }
    config = SettingsRecord.with(RoutingConfig.defaults(), values);
    layer =
        new SwitchLayer(
            new Source(),
            "mlp",
            EXPERTS,
            ExpertShape.feedForward(WIDTH, 8, WIDTH, false),
            0,
            new SwitchPlace(true, 1, SwitchPlace.Part.FEED_FORWARD));
  }

  private final class Source implements ParameterSource {
    @Override
    public Parameter create(Start start, List<String> names, int... shape) {
      Tensor value = random(backend, 100 + parameters.size(), shape);
      parameters.add(new Parameter(names, value, backend.allocate(shape)));
      return parameters.getLast();
    }

    @Override
    public Buffer buffer(String name, int size) {
      bias = new Buffer(name, backend.allocate(size));
      return bias;
    }

    @Override
    public boolean hasTreeRouters() {
      return config.selection().isTree();
    }
  }

  Buffer bias() {
    return bias;
  }

  Parameter router() {
    return parameters.getFirst();
  }

  Tensor tokens(long seed, int count) {
    return random(backend, seed, count, WIDTH);
  }

  /** A training pass in one group. */
  Routed train(Tensor x, int capacity) {
    return run(x, 1, capacity, null, true, 7);
  }

  /** A pass of evaluation in one group. */
  Routed evaluate(Tensor x, int capacity) {
    return run(x, 1, capacity, null, false, 7);
  }

  Routed run(Tensor x, int groups, int capacity, int[] mask, boolean training, long step) {
    arena.reset();
    pass = new Pass(backend, arena, training, 5, step, ActivationObserver.NONE);
    int tokens = x.rows();
    RoutingPlan plan = new RoutingPlan(groups, tokens / groups, EXPERTS, capacity);
    Tensor tokenMask = mask == null ? null : pass.ints(mask, tokens);
    Routing routing = Routing.of(pass, config, plan, tokenMask, mask);
    RoutingTally tally = RoutingTally.take(pass, 1, routing).row(0);
    Tensor y = pass.take(tokens, WIDTH);
    return new Routed(layer.forward(pass, routing, tally, x, y), y);
  }

  /** After {@link #run} in training: the gradient of x; adds to the parameters'. */
  Tensor backward(Routed routed, Tensor dY) {
    Tensor dX = pass.take(dY.shape());
    layer.backward(pass, routed.saved(), dY, dX);
    return dX;
  }

  int[] ints(Tensor tensor) {
    return backend.ints(tensor);
  }

  double[] doubles(Tensor tensor) {
    return backend.doubles(tensor);
  }

  double[] row(Tensor tensor, int row) {
    int width = tensor.length(-1);
    return Arrays.copyOfRange(doubles(tensor), row * width, (row + 1) * width);
  }

  /** The weighted losses of the routers, from their definitions. */
  double losses(Routed routed) {
    RoutingTally tally = routed.saved().tally();
    RouterLossConfig weights = config.losses();
    int choices = routed.saved().routing().selection().countedChoices(EXPERTS);
    double[] sums = doubles(tally.probabilitySums());
    double loss =
        weights.routerAuxLossCoef()
            * LoadBalancing.loss(ints(tally.counted()), sums, EXPERTS, choices);
    loss += weights.routerImportanceLossCoef() * SquaredVariation.loss(sums, EXPERTS);
    if (tally.expectedLoad() != null) {
      double[] load = doubles(tally.expectedLoad());
      loss += weights.routerLoadLossCoef() * SquaredVariation.loss(load, EXPERTS);
    }
    double z = doubles(tally.routerFigures())[1] / routed.saved().routing().tokens();
    return loss + weights.routerZLossCoef() * z;
  }
}
