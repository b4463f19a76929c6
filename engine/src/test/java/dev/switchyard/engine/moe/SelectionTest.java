package dev.switchyard.engine.moe;

import static dev.switchyard.engine.moe.RoutedLayer.EXPERTS;
import static dev.switchyard.engine.moe.RoutedLayer.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.moe.RoutedLayer.Routed;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of every selection, on random tokens, and what each is by its definition. */
final class SelectionTest {
  private static final int TOKENS = 24;
  private static final int[] MASK =
      IntStream.range(0, TOKENS).map(t -> t % 5 == 3 ? 0 : 1).toArray();

  /** Every rule, some with several experts a token. */
  enum Rule {
    TOP_1("selection", "top_1"),
    TOP_2("selection", "top_2"),
    TOP_3("selection", "top_k", "experts_per_token", 3),
    TOP_2_RENORMALISED("selection", "top_k", "renormalise_gates", true),
    NO_TOKEN_LEFT_BEHIND("selection", "no_token_left_behind"),
    BATCH_PRIORITY("selection", "batch_priority"),
    BATCH_PRIORITY_OF_2("selection", "batch_priority", "experts_per_token", 2),
    EXPERT_CHOICE("selection", "expert_choice"),
    TREE("selection", "tree"),
    SAMPLED("selection", "top_1", "exploration", "sample"),
    SAMPLED_2("selection", "top_k", "exploration", "sample");

    private final Object[] settings;

    Rule(Object... settings) {
      this.settings = settings;
    }

    RoutedLayer layer() {
      return new RoutedLayer(settings);
    }
  }

  private interface Claim {
    void check(RoutedLayer layer, Tensor x, Routed routed);
  }

  /** Tries tokens of several seeds, groups, capacities, with and without padding. */
  private static void forAll(Rule rule, Claim claim) {
    RoutedLayer layer = rule.layer();
    for (int seed = 1; seed <= 6; seed++) {
      Tensor x = layer.tokens(seed, TOKENS);
      for (int groups : new int[] {1, 3}) {
        for (int capacity : new int[] {1, 2, 5}) {
          for (int[] mask : new int[][] {null, MASK}) {
            claim.check(layer, x, layer.run(x, groups, capacity, mask, true, seed));
            claim.check(layer, x, layer.run(x, groups, capacity, mask, false, seed));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void noExpertTakesMoreThanItsCapacity(Rule rule) {
    forAll(
        rule,
        (layer, x, routed) -> {
          RoutingPlan plan = routed.dispatch().plan();
          int[] expert = layer.ints(routed.dispatch().expert());
          int[] slot = layer.ints(routed.dispatch().slot());
          int[] taken = new int[plan.queues()];
          for (int c = 0; c < slot.length; c++) {
            if (slot[c] >= 0) {
              int group = c / plan.choices() / plan.groupSize();
              assertThat(++taken[group * EXPERTS + expert[c]]).isLessThanOrEqualTo(plan.capacity());
            }
          }
          assertThat(Arrays.stream(slot).filter(s -> s >= 0).distinct().count())
              .as("no slot is given twice")
              .isEqualTo(Arrays.stream(taken).sum());
        });
  }

  /** An expert's kept choices stand one behind the other: by group, then by place in the queue. */
  private static int slotInLine(RoutingPlan plan, int[] expert, int[] position, int choice) {
    int before = 0;
    for (int c = 0; c < expert.length; c++) {
      boolean kept = position[c] >= 0 && position[c] < plan.capacity();
      if (kept && expert[c] == expert[choice]) {
        before += lineUp(plan, position, c) < lineUp(plan, position, choice) ? 1 : 0;
      }
    }
    return expert[choice] * plan.slotsPerExpert() + before;
  }

  private static int lineUp(RoutingPlan plan, int[] position, int choice) {
    int group = choice / plan.choices() / plan.groupSize();
    return group * plan.capacity() + position[choice];
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void everyChoiceIsKeptOnceOrNotAndATokenWithoutOneIsDropped(Rule rule) {
    forAll(
        rule,
        (layer, x, routed) -> {
          RoutingPlan plan = routed.dispatch().plan();
          int k = plan.choices();
          int[] expert = layer.ints(routed.dispatch().expert());
          int[] position = layer.ints(routed.dispatch().position());
          int[] slot = layer.ints(routed.dispatch().slot());
          int[] slotChoice = layer.ints(routed.dispatch().slotChoice());
          int kept = 0;
          int[] dropped = new int[plan.groups()];
          boolean masked = routed.saved().routing().tokenMask() != null;
          for (int t = 0; t < TOKENS; t++) {
            int group = t / plan.groupSize();
            int from = t * k;
            int[] own = IntStream.range(from, from + k).map(c -> slot[c]).toArray();
            boolean out = masked && MASK[t] == 0;
            assertThat(expert[from] < 0).as("only padding is not routed").isEqualTo(out);
            for (int c = from; c < from + k; c++) {
              boolean room = position[c] >= 0 && position[c] < plan.capacity();
              assertThat(slot[c] >= 0).isEqualTo(room);
              if (room) {
                kept++;
                assertThat(slot[c]).isEqualTo(slotInLine(plan, expert, position, c));
                assertThat(slotChoice[slot[c]]).isEqualTo(c);
              }
            }
            int[] asked =
                IntStream.range(from, from + k).map(c -> expert[c]).filter(e -> e >= 0).toArray();
            assertThat(Arrays.stream(asked).distinct().count())
                .as("an expert is asked once")
                .isEqualTo(asked.length);
            dropped[group] += !out && Arrays.stream(own).allMatch(s -> s < 0) ? 1 : 0;
          }
          assertThat(Arrays.stream(slotChoice).filter(c -> c >= 0).count()).isEqualTo(kept);
          assertThat(layer.ints(routed.saved().tally().dropped())).containsExactly(dropped);
        });
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void theOutputIsTheSumOfTheExpertsTimesTheirGates(Rule rule) {
    forAll(
        rule,
        (layer, x, routed) -> {
          int k = routed.dispatch().plan().choices();
          int[] slot = layer.ints(routed.dispatch().slot());
          double[] gate = layer.doubles(routed.dispatch().gate());
          for (int t = 0; t < TOKENS && layer.config != null; t++) {
            double[] want = new double[WIDTH];
            for (int c = t * k; c < (t + 1) * k; c++) {
              if (slot[c] >= 0 && routed.saved().experts() != null) {
                double[] out = layer.row(routed.saved().expertOut(), slot[c]);
                for (int i = 0; i < WIDTH; i++) {
                  want[i] += gate[c] * out[i];
                }
              }
            }
            assertThat(layer.row(routed.y(), t)).containsExactly(want, within(1e-14));
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void gatesAreTheProbabilitiesOfTheChosenOrTheirShares(Rule rule) {
    forAll(
        rule,
        (layer, x, routed) -> {
          int k = routed.dispatch().plan().choices();
          int[] expert = layer.ints(routed.dispatch().expert());
          double[] gate = layer.doubles(routed.dispatch().gate());
          boolean shares = rule == Rule.TOP_2 || rule == Rule.TOP_2_RENORMALISED;
          for (int t = 0; t < TOKENS; t++) {
            double[] p = layer.row(routed.saved().router().probabilities(), t);
            double sum = 1e-9;
            for (int c = t * k; c < (t + 1) * k; c++) {
              sum += expert[c] < 0 ? 0 : p[expert[c]];
            }
            for (int c = t * k; c < (t + 1) * k; c++) {
              double want = expert[c] < 0 ? 0 : shares ? p[expert[c]] / sum : p[expert[c]];
              assertThat(gate[c]).isCloseTo(want, within(1e-14));
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Rule.class,
      names = {"TOP_1", "TOP_2", "TOP_3", "TOP_2_RENORMALISED", "TREE", "SAMPLED", "SAMPLED_2"})
  void firstChoicesComeFirstAndThenTheOrderOfTheTokens(Rule rule) {
    forAll(rule, (layer, x, routed) -> assertQueues(layer, routed, (j, t) -> j * 1000 + t));
  }

  @ParameterizedTest
  @EnumSource(
      value = Rule.class,
      names = {"BATCH_PRIORITY", "BATCH_PRIORITY_OF_2"})
  void withPrioritiesTheLargestFirstGatesComeFirst(Rule rule) {
    forAll(
        rule,
        (layer, x, routed) -> {
          int k = routed.dispatch().plan().choices();
          double[] gate = layer.doubles(routed.dispatch().probability());
          assertQueues(layer, routed, (j, t) -> j * 1000 - gate[t * k] + t * 1e-12);
        });
  }

  private interface Order {
    double of(int choice, int token);
  }

  /** Each queue has the tokens that asked, in this order, from place 0 on without a gap. */
  private static void assertQueues(RoutedLayer layer, Routed routed, Order order) {
    RoutingPlan plan = routed.dispatch().plan();
    int k = plan.choices();
    int[] expert = layer.ints(routed.dispatch().expert());
    int[] position = layer.ints(routed.dispatch().position());
    int[] asked = layer.ints(routed.saved().tally().asked());
    for (int g = 0; g < plan.groups(); g++) {
      for (int e = 0; e < EXPERTS; e++) {
        int ofExpert = e;
        int first = g * plan.groupSize() * k;
        int[] queue =
            IntStream.range(first, first + plan.groupSize() * k)
                .filter(c -> expert[c] == ofExpert && position[c] >= 0)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> order.of(c % k, c / k)))
                .mapToInt(c -> position[c])
                .toArray();
        assertThat(queue).containsExactly(IntStream.range(0, queue.length).toArray());
        assertThat(asked[g * EXPERTS + e]).isEqualTo(queue.length);
      }
    }
  }

  @Test
  void secondExpertsAreLeftOutByChanceInTrainingAndNeverInEvaluation() {
    RoutedLayer layer = new RoutedLayer("selection", "top_2", "second_expert_threshold", 1);
    Tensor x = layer.tokens(3, 400);
    double expected = 0;
    Routed routed = layer.train(x, 400);
    double[] gate = layer.doubles(routed.dispatch().gate());
    int[] position = layer.ints(routed.dispatch().position());
    int asked = 0;
    for (int t = 0; t < 400; t++) {
      assertThat(gate[2 * t] + gate[2 * t + 1]).isCloseTo(1, within(1e-8));
      assertThat(position[2 * t]).as("firsts are always asked").isNotNegative();
      expected += gate[2 * t + 1];
      asked += position[2 * t + 1] >= 0 ? 1 : 0;
    }
    // 400 draws with probabilities of about 0.3: give or take 9.
    assertThat(asked).isCloseTo((int) expected, within(36)).isLessThan(400);
    assertThat(layer.ints(layer.evaluate(x, 400).dispatch().position())).doesNotContain(-1);
  }

  @Test
  void onlyFirstChoicesOfTopTwoCountForTheBalance() {
    RoutedLayer layer = Rule.TOP_2.layer();
    Routed routed = layer.train(layer.tokens(3, TOKENS), 3);
    int[] expert = layer.ints(routed.dispatch().expert());
    int[] firsts = new int[EXPERTS];
    for (int t = 0; t < TOKENS; t++) {
      firsts[expert[2 * t]]++;
    }
    assertThat(layer.ints(routed.saved().tally().counted())).containsExactly(firsts);
  }

  @Test
  void withRoomSomewhereNoTokenIsLeftBehind() {
    RoutedLayer layer = Rule.NO_TOKEN_LEFT_BEHIND.layer();
    Tensor x = layer.tokens(3, TOKENS);
    int[] first = layer.ints(Rule.TOP_1.layer().train(x, 6).dispatch().slot());
    assertThat(first).as("top-1 drops some").contains(-1);
    Routed routed = layer.train(x, 6); // 4 experts x 6 places for 24 tokens
    int[] slot = layer.ints(routed.dispatch().slot());
    int[] position = layer.ints(routed.dispatch().position());
    for (int t = 0; t < TOKENS; t++) {
      int[] own = Arrays.copyOfRange(slot, 4 * t, 4 * t + 4);
      int stage = IntStream.range(0, 4).filter(j -> own[j] >= 0).findFirst().orElseThrow();
      assertThat(Arrays.stream(own).filter(s -> s >= 0).count()).isEqualTo(1);
      assertThat(first[t] >= 0).as("the first stage is Switch routing").isEqualTo(stage == 0);
      for (int j = 0; j < 4; j++) {
        assertThat(position[4 * t + j] >= 0).as("it asks until it is served").isEqualTo(j <= stage);
      }
    }
    assertThat(layer.ints(routed.saved().tally().dropped())).containsExactly(0);
    assertThat(layer.ints(routed.saved().tally().counted()))
        .as("all choices of all tokens count")
        .containsOnly(TOKENS);
  }

  @Test
  void expertsThatChooseAreEquallyFull() {
    RoutedLayer layer = Rule.EXPERT_CHOICE.layer();
    Routed routed = layer.train(layer.tokens(3, TOKENS), 5);
    assertThat(layer.ints(routed.dispatch().slotChoice())).doesNotContain(-1);
    double[] p = layer.doubles(routed.saved().router().probabilities());
    int[] slotChoice = layer.ints(routed.dispatch().slotChoice());
    for (int e = 0; e < EXPERTS; e++) {
      int ofExpert = e;
      int[] best =
          IntStream.range(0, TOKENS)
              .boxed()
              .sorted(Comparator.comparingDouble(t -> -p[t * EXPERTS + ofExpert]))
              .limit(5)
              .mapToInt(t -> t)
              .toArray();
      int[] taken = IntStream.range(5 * e, 5 * e + 5).map(s -> slotChoice[s] / EXPERTS).toArray();
      assertThat(taken).containsExactly(best);
    }
  }

  @Test
  void withoutALimitTheFullestExpertSaysHowMuchRoomThereIs() {
    for (String rule : new String[] {"top_1", "top_2", "no_token_left_behind"}) {
      RoutedLayer layer = new RoutedLayer("capacity_rule", "dropless", "selection", rule);
      Routed routed = layer.evaluate(layer.tokens(3, TOKENS), TOKENS);
      int[] asked = layer.ints(routed.saved().tally().asked());
      assertThat(routed.dispatch().plan().capacity())
          .isEqualTo(Arrays.stream(asked).max().orElseThrow())
          .isLessThan(TOKENS);
      assertThat(layer.ints(routed.saved().tally().dropped())).containsExactly(0);
    }
  }

  @Test
  void treeProbabilitiesAreProductsOfSigmoids() {
    RoutedLayer layer = Rule.TREE.layer();
    assertThat(layer.router().value().shape()).as("log2 of 4 bits").containsExactly(2, WIDTH);
    Tensor x = layer.tokens(3, TOKENS);
    Routed routed = layer.evaluate(x, TOKENS);
    int[] expert = layer.ints(routed.dispatch().expert());
    double[] w = layer.doubles(layer.router().value());
    for (int t = 0; t < TOKENS; t++) {
      double[] token = layer.row(x, t);
      double[] sigmoid = new double[2];
      double[] z = new double[2];
      for (int j = 0; j < 2; j++) {
        for (int i = 0; i < WIDTH; i++) {
          z[j] += w[j * WIDTH + i] * token[i];
        }
        sigmoid[j] = 1 / (1 + Math.exp(-z[j]));
      }
      double[] p = layer.row(routed.saved().router().probabilities(), t);
      for (int e = 0; e < 4; e++) {
        double high = (e >> 1) == 1 ? sigmoid[0] : 1 - sigmoid[0];
        double low = (e & 1) == 1 ? sigmoid[1] : 1 - sigmoid[1];
        assertThat(p[e]).isCloseTo(high * low, within(1e-14));
      }
      assertThat(expert[t])
          .as("every bit by itself")
          .isEqualTo((z[0] > 0 ? 2 : 0) + (z[1] > 0 ? 1 : 0));
    }
  }

  @Test
  void whatCanNotBeIsRefused() {
    assertThatThrownBy(() -> PrefixTree.of(6))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("num_experts is 6");
    SelectionConfig five = new SelectionConfig("top_k", 5, false, 0.2);
    assertThatThrownBy(() -> Selection.of(five, 4))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("experts_per_token")
        .hasMessageContaining("num_experts is 4");
    assertThatThrownBy(() -> Selection.of(new SelectionConfig("top_2", 0, false, 0.2), 1))
        .isInstanceOf(InputException.class);
    assertThatThrownBy(
            () -> new RoutedLayer("selection", "expert_choice", "capacity_rule", "dropless"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("capacity_rule");
    assertThatThrownBy(
            () -> new RoutedLayer("exploration", "sample", "router_bias_update_rate", 0.01))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("router_bias_update_rate");
  }
}
