package dev.switchyard.engine.moe;

import static dev.switchyard.engine.moe.RoutedLayer.EXPERTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.NormalDistribution;
import dev.switchyard.engine.moe.RoutedLayer.Routed;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The losses that spread the load, by their definitions. */
final class RouterLossesTest {
  private static final int TOKENS = 24;

  @Test
  void anEvenLoadHasNoVariationAndOneExpertAloneAllOfIt() {
    assertThat(SquaredVariation.loss(new double[] {3, 3, 3, 3}, 4)).isZero();
    assertThat(SquaredVariation.loss(new double[] {8, 0, 0, 0}, 4)).isEqualTo(3);
    assertThat(SquaredVariation.loss(new double[] {8, 0, 4, 4}, 2))
        .as("mean of groups")
        .isEqualTo(0.5);
    assertThat(SquaredVariation.loss(new double[] {0, 0}, 2)).as("nobody is routed").isZero();
  }

  @Test
  void importanceIsTheSumOfTheProbabilities() {
    RoutedLayer layer = new RoutedLayer();
    Routed routed = layer.train(layer.tokens(3, TOKENS), 1);
    double[] importance = new double[EXPERTS];
    for (int t = 0; t < TOKENS; t++) {
      double[] p = layer.row(routed.saved().router().probabilities(), t);
      Arrays.setAll(importance, e -> importance[e] + p[e]);
    }
    assertThat(layer.doubles(routed.saved().tally().probabilitySums()))
        .containsExactly(importance, within(1e-12));
  }

  @Test
  void theExpectedLoadIsTheChanceToWinUnderNoise() {
    RoutedLayer layer = new RoutedLayer("router_load_loss_coef", 1, "router_load_noise", 0.5);
    Routed routed = layer.train(layer.tokens(3, TOKENS), 1);
    double[] load = new double[EXPERTS];
    for (int t = 0; t < TOKENS; t++) {
      double[] logits = layer.row(routed.saved().router().logits(), t);
      for (int e = 0; e < EXPERTS; e++) {
        double best = Double.NEGATIVE_INFINITY;
        for (int other = 0; other < EXPERTS; other++) {
          best = other == e ? best : Math.max(best, logits[other]);
        }
        load[e] += NormalDistribution.below((logits[e] - best) / 0.5);
      }
    }
    assertThat(layer.doubles(routed.saved().tally().expectedLoad()))
        .containsExactly(load, within(1e-12));
  }

  @Test
  void withLittleNoiseTheExpectedLoadIsTheLoad() {
    RoutedLayer layer = new RoutedLayer("router_load_loss_coef", 1, "router_load_noise", 0.001);
    Routed routed = layer.train(layer.tokens(3, TOKENS), 1);
    double[] expected = layer.doubles(routed.saved().tally().expectedLoad());
    int[] asked = layer.ints(routed.saved().tally().asked());
    for (int e = 0; e < EXPERTS; e++) {
      // A token whose two best experts are as close as the noise may count for both.
      assertThat(expected[e]).isCloseTo(asked[e], within(0.5));
    }
  }

  @Test
  void theNormalDistributionIsTheOneOfTheTables() {
    assertThat(NormalDistribution.below(0)).isEqualTo(0.5);
    assertThat(NormalDistribution.below(1)).isCloseTo(0.8413447460685429, within(1e-15));
    assertThat(NormalDistribution.below(-1.96)).isCloseTo(0.024997895148220, within(1e-14));
    assertThat(NormalDistribution.below(40)).isEqualTo(1);
    assertThat(NormalDistribution.below(-40)).isZero();
    assertThat(NormalDistribution.below(Double.NaN)).isNaN();
  }

  @Test
  void theLossesLookBeforeTheCapacity() {
    RoutedLayer layer =
        new RoutedLayer(
            "router_aux_loss_coef",
            1,
            "router_importance_loss_coef",
            1,
            "router_load_loss_coef",
            1,
            "router_z_loss_coef",
            1);
    Tensor x = layer.tokens(3, TOKENS);
    double crowded = layer.losses(layer.train(x, 1));
    assertThat(crowded).isEqualTo(layer.losses(layer.train(x, TOKENS)));
  }

  @Test
  void aBiasChangesWhoIsChosenButNotTheGate() {
    RoutedLayer layer = new RoutedLayer("router_bias_update_rate", 0.01);
    Tensor x = layer.tokens(3, TOKENS);
    Routed before = layer.train(x, TOKENS);
    double[] p = layer.doubles(before.saved().router().probabilities());
    layer.backend.write(layer.bias().value(), new float[] {0, 0, 5, 0});
    assertThat(layer.ints(layer.train(x, TOKENS).dispatch().expert()))
        .as("not in use yet")
        .containsExactly(layer.ints(before.dispatch().expert()));
    layer.bias().use();
    Routed after = layer.train(x, TOKENS);
    assertThat(layer.ints(after.dispatch().expert())).containsOnly(2);
    assertThat(layer.doubles(after.saved().router().probabilities())).containsExactly(p);
    double[] gate = layer.doubles(after.dispatch().gate());
    for (int t = 0; t < TOKENS; t++) {
      assertThat(gate[t]).isEqualTo(p[t * EXPERTS + 2]);
    }
  }

  @Test
  void aBiasMovesAgainstTheLoadUntilItIsEven() {
    RoutedLayer layer = new RoutedLayer("router_bias_update_rate", 0.01);
    Tensor x = layer.tokens(3, 64);
    float[] first = load(layer, x);
    SelectionBias.move(layer.backend, layer.bias(), new float[] {2, 0, 1, 1}, 0.25);
    assertThat(layer.backend.floats(layer.bias().value())).containsExactly(-0.25f, 0.25f, 0, 0);
    layer.backend.zero(layer.bias().value());
    for (int step = 0; step < 200; step++) {
      SelectionBias.move(layer.backend, layer.bias(), load(layer, x), 0.01);
    }
    assertThat(unevenness(first)).isGreaterThan(2 * unevenness(load(layer, x)));
  }

  private static float[] load(RoutedLayer layer, Tensor x) {
    int[] asked = layer.ints(layer.train(x, 64).saved().tally().asked());
    float[] load = new float[EXPERTS];
    for (int e = 0; e < EXPERTS; e++) {
      load[e] = asked[e] * EXPERTS / 64f;
    }
    return load;
  }

  private static double unevenness(float[] load) {
    double most = 0;
    for (float each : load) {
      most = Math.max(most, Math.abs(each - 1));
    }
    return most;
  }
}
