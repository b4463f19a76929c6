package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.HostNumbers;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.moe.LoadBalancing;
import dev.switchyard.engine.moe.RouterLossConfig;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SquaredVariation;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Sums up a pass' figures for people, from what was read of it. */
final class PassFigures {
  private final RouterLossConfig config;
  private final double fraction;
  private final List<LayerReport> layers = new ArrayList<>();
  private final List<ExpertCounts> counts = new ArrayList<>();
  private double weighted;
  private double loadBalancingLoss;
  private double zLoss;
  private double routed;
  private double dropped;

  /**
   * Figures of a pass, or its part in those of a whole batch: then those of all parts add up.
   *
   * @param fraction of the batch that the pass is over
   */
  PassFigures(RoutingConfig config, double fraction) {
    this.config = config.losses();
    this.fraction = fraction;
  }

  /**
   * What the Switch layers of a stack counted, on the host: one stretch for each layer, behind one
   * another.
   *
   * @param expectedLoad null without the load loss
   */
  private record Counts(
      int[] asked,
      int[] counted,
      int[] dropped,
      double[] probabilitySums,
      double[] expectedLoad,
      double[] routerFigures) {

    static Counts of(HostNumbers numbers, RoutingTally tally) {
      return new Counts(
          numbers.ints(tally.asked()),
          numbers.ints(tally.counted()),
          numbers.ints(tally.dropped()),
          numbers.doubles(tally.probabilitySums()),
          tally.expectedLoad() == null ? null : numbers.doubles(tally.expectedLoad()),
          numbers.doubles(tally.routerFigures()));
    }

    Counts layer(int layer, RoutingPlan plan) {
      int queues = plan.queues();
      return new Counts(
          Arrays.copyOfRange(asked, layer * queues, (layer + 1) * queues),
          Arrays.copyOfRange(counted, layer * queues, (layer + 1) * queues),
          Arrays.copyOfRange(dropped, layer * plan.groups(), (layer + 1) * plan.groups()),
          Arrays.copyOfRange(probabilitySums, layer * queues, (layer + 1) * queues),
          expectedLoad == null
              ? null
              : Arrays.copyOfRange(expectedLoad, layer * queues, (layer + 1) * queues),
          Arrays.copyOfRange(routerFigures, layer * 3, (layer + 1) * 3));
    }
  }

  /**
   * Adds the counts of a stack's Switch layers.
   *
   * @param numbers with the stack's tally
   * @param places the stack's Switch layers
   * @param stack null where there is none
   */
  void addStack(HostNumbers numbers, List<SwitchPlace> places, Stack.Saved stack) {
    if (places.isEmpty() || stack == null) {
      return;
    }
    Counts all = Counts.of(numbers, stack.tally());
    List<SwitchLayer.Saved> saved =
        stack.blocks().stream().flatMap(block -> block.switchLayers().stream()).toList();
    for (int i = 0; i < places.size(); i++) {
      addLayer(places.get(i).name(), saved.get(i), all.layer(i, stack.routing().plan()));
    }
  }

  private void addLayer(String name, SwitchLayer.Saved saved, Counts counts) {
    RoutingPlan plan = saved.dispatch().plan();
    int experts = plan.experts();
    ExpertCounts ofExperts = ExpertCounts.of(counts.asked(), experts, plan.capacity());
    this.counts.add(ofExperts);
    long tokens = saved.routing().tokens();
    double shares = Math.max(1, tokens);
    long left = Arrays.stream(counts.dropped()).asLongStream().sum();
    double balance =
        LoadBalancing.loss(
                counts.counted(),
                counts.probabilitySums(),
                experts,
                saved.routing().selection().countedChoices(experts))
            * fraction;
    double importance = SquaredVariation.loss(counts.probabilitySums(), experts) * fraction;
    double expected =
        counts.expectedLoad() == null
            ? 0
            : SquaredVariation.loss(counts.expectedLoad(), experts) * fraction;
    double z = counts.routerFigures()[1] / shares;
    layers.add(
        new LayerReport(
            name,
            plan.capacity(),
            ofExperts.load(),
            left / shares,
            balance,
            z,
            counts.routerFigures()[0] / shares,
            counts.routerFigures()[2] / shares,
            importance,
            expected));
    weighted +=
        config.routerAuxLossCoef() * balance
            + config.routerZLossCoef() * z
            + config.routerImportanceLossCoef() * importance
            + config.routerLoadLossCoef() * expected;
    loadBalancingLoss += balance;
    zLoss += z;
    routed += tokens;
    dropped += left;
  }

  /**
   * The figures so far, with this cross entropy.
   *
   * @param objective what is learned besides balanced routing: the cross entropy, or a mixture
   */
  StepFigures sumUp(double objective, double crossEntropy, long tokens, long labels) {
    int count = Math.max(1, layers.size());
    return new StepFigures(
        objective + weighted,
        crossEntropy,
        loadBalancingLoss / count,
        zLoss / count,
        0,
        routed == 0 ? 0 : dropped / routed,
        tokens,
        labels,
        List.copyOf(layers),
        List.copyOf(counts),
        Optional.empty());
  }
}
