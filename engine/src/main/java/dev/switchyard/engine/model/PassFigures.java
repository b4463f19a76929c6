package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.moe.LoadBalancing;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads a pass' figures from the device, once, and sums them up for people. */
final class PassFigures {
  private final RoutingConfig config;
  private final List<LayerReport> layers = new ArrayList<>();
  private double loadBalancingLoss;
  private double zLoss;
  private double routed;
  private double dropped;

  PassFigures(RoutingConfig config) {
    this.config = config;
  }

  /** Reads all Switch layers' counts; waits for the pass. */
  void readLayers(
      Backend backend,
      List<SwitchPlace> places,
      RoutingTally tally,
      Routing encoder,
      Routing decoder) {
    if (places.isEmpty()) {
      return;
    }
    int[] asked = backend.ints(tally.asked());
    double[] sums = backend.doubles(tally.probabilitySums());
    double[] figures = backend.doubles(tally.routerFigures());
    int length = asked.length / places.size();
    for (int i = 0; i < places.size(); i++) {
      SwitchPlace place = places.get(i);
      addLayer(
          place.name(),
          place.encoder() ? encoder : decoder,
          Arrays.copyOfRange(asked, i * length, (i + 1) * length),
          Arrays.copyOfRange(sums, i * length, (i + 1) * length),
          Arrays.copyOfRange(figures, i * 3, (i + 1) * 3));
    }
  }

  private void addLayer(
      String name, Routing routing, int[] asked, double[] sums, double[] figures) {
    RoutingPlan plan = routing.plan();
    long over = 0;
    float[] load = new float[plan.experts()];
    double tokens = Math.max(1, routing.tokens());
    for (int i = 0; i < asked.length; i++) {
      over += Math.max(0, asked[i] - plan.capacity());
      load[i % plan.experts()] += (float) (asked[i] * plan.experts() / tokens);
    }
    double balance = LoadBalancing.loss(asked, sums, plan.experts());
    layers.add(
        new LayerReport(
            name,
            plan.capacity(),
            load,
            over / tokens,
            balance,
            figures[1] / tokens,
            figures[0] / tokens,
            figures[2] / tokens));
    loadBalancingLoss += balance;
    zLoss += figures[1] / tokens;
    routed += routing.tokens();
    dropped += over;
  }

  /** The figures so far, with this cross entropy. */
  StepFigures sumUp(double crossEntropy, long tokens, long labels) {
    double loss =
        crossEntropy
            + config.routerAuxLossCoef() * loadBalancingLoss
            + config.routerZLossCoef() * zLoss;
    int count = Math.max(1, layers.size());
    return new StepFigures(
        loss,
        crossEntropy,
        loadBalancingLoss / count,
        zLoss / count,
        routed == 0 ? 0 : dropped / routed,
        tokens,
        labels,
        List.copyOf(layers),
        Optional.empty());
  }
}
