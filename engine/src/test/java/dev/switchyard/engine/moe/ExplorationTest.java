package dev.switchyard.engine.moe;

import static dev.switchyard.engine.moe.RoutedLayer.EXPERTS;
import static dev.switchyard.engine.moe.RoutedLayer.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.moe.RoutedLayer.Routed;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What training tries besides the most probable expert, and that evaluation tries nothing. */
final class ExplorationTest {
  private static final int TOKENS = 64;

  @Test
  void argmaxTakesTheMostProbableOfTheTokensAsTheyAre() {
    RoutedLayer layer = new RoutedLayer("exploration", "argmax");
    Tensor x = layer.tokens(3, TOKENS);
    Routed routed = layer.train(x, TOKENS);
    assertThat(routed.saved().router().input()).isSameAs(x);
    assertMostProbable(layer, routed);
  }

  private static void assertMostProbable(RoutedLayer layer, Routed routed) {
    int[] expert = layer.ints(routed.dispatch().expert());
    for (int t = 0; t < TOKENS; t++) {
      double[] p = layer.row(routed.saved().router().probabilities(), t);
      assertThat(p[expert[t]]).isEqualTo(Arrays.stream(p).max().orElseThrow());
    }
  }

  @Test
  void samplingDrawsExpertsByTheirProbabilitiesAndTheGateIsThatOfTheDrawn() {
    RoutedLayer layer = new RoutedLayer("exploration", "sample");
    Tensor x = layer.tokens(3, TOKENS);
    double[] drawn = new double[EXPERTS];
    double[] expected = new double[EXPERTS];
    int passes = 60;
    for (int step = 0; step < passes; step++) {
      Routed routed = layer.run(x, 1, TOKENS, null, true, step);
      int[] expert = layer.ints(routed.dispatch().expert());
      double[] gate = layer.doubles(routed.dispatch().gate());
      for (int t = 0; t < TOKENS; t++) {
        double[] p = layer.row(routed.saved().router().probabilities(), t);
        assertThat(gate[t]).isEqualTo(p[expert[t]]);
        drawn[expert[t]]++;
        for (int e = 0; e < EXPERTS; e++) {
          expected[e] += p[e];
        }
      }
    }
    // 3840 draws: a count's standard deviation is at most 31.
    assertThat(drawn).containsExactly(expected, within(120.0));
    assertThat(Arrays.stream(expected).min().orElseThrow()).isGreaterThan(200);
  }

  @Test
  void theLoadOfSampledExpertsIsWhatCountsForTheBalance() {
    RoutedLayer layer = new RoutedLayer("exploration", "sample");
    Routed routed = layer.train(layer.tokens(3, TOKENS), 2);
    int[] count = new int[EXPERTS];
    for (int e : layer.ints(routed.dispatch().expert())) {
      count[e]++;
    }
    assertThat(layer.ints(routed.saved().tally().counted())).containsExactly(count);
  }

  @Test
  void inputDropoutIsOfTheRoutersCopyAlone() {
    RoutedLayer layer =
        new RoutedLayer("exploration", "input_dropout", "router_input_dropout", 0.3);
    Tensor x = layer.tokens(3, TOKENS);
    double[] before = layer.doubles(x);
    Routed routed = layer.train(x, TOKENS);
    double[] seen = layer.doubles(routed.saved().router().input());
    int zeros = 0;
    for (int i = 0; i < seen.length; i++) {
      zeros += seen[i] == 0 ? 1 : 0;
      assertThat(seen[i] == 0 || Math.abs(seen[i] - before[i] / 0.7) < 1e-9).isTrue();
    }
    // 256 draws of 0.3: 77, give or take 7.
    assertThat(zeros).isBetween(48, 106);
    assertExpertsSee(layer, routed, x);
  }

  @Test
  void jitterIsOfTheRoutersCopyAlone() {
    RoutedLayer layer = new RoutedLayer("exploration", "jitter", "router_jitter_noise", 0.2);
    Tensor x = layer.tokens(3, TOKENS);
    double[] before = layer.doubles(x);
    Routed routed = layer.train(x, TOKENS);
    double[] seen = layer.doubles(routed.saved().router().input());
    for (int i = 0; i < seen.length; i++) {
      assertThat(seen[i] / before[i]).isBetween(0.8, 1.2).isNotEqualTo(1.0);
    }
    assertExpertsSee(layer, routed, x);
  }

  private static void assertExpertsSee(RoutedLayer layer, Routed routed, Tensor x) {
    int[] slot = layer.ints(routed.dispatch().slot());
    Tensor slots = routed.saved().experts().x().as(EXPERTS * TOKENS, WIDTH);
    for (int t = 0; t < TOKENS; t++) {
      assertThat(layer.row(slots, slot[t])).isEqualTo(layer.row(x, t));
    }
  }

  @Test
  void evaluationExploresNothing() {
    for (String kind : new String[] {"sample", "input_dropout", "jitter"}) {
      RoutedLayer layer = new RoutedLayer("exploration", kind);
      Tensor x = layer.tokens(3, TOKENS);
      Routed routed = layer.evaluate(x, TOKENS);
      assertThat(routed.saved().router().input()).isSameAs(x);
      assertMostProbable(layer, routed);
    }
  }

  @Test
  void eachStepDrawsAnewAndTheSameStepTheSame() {
    RoutedLayer layer = new RoutedLayer("exploration", "sample");
    Tensor x = layer.tokens(3, TOKENS);
    int[] once = layer.ints(layer.run(x, 1, TOKENS, null, true, 4).dispatch().expert());
    int[] again = layer.ints(layer.run(x, 4, 16, null, true, 4).dispatch().expert());
    int[] other = layer.ints(layer.run(x, 1, TOKENS, null, true, 5).dispatch().expert());
    assertThat(again).as("in however many groups").containsExactly(once);
    assertThat(other).isNotEqualTo(once);
  }
}
