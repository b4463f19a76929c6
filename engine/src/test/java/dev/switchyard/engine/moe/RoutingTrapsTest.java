package dev.switchyard.engine.moe;

import static dev.switchyard.engine.moe.RoutedLayer.EXPERTS;
import static dev.switchyard.engine.moe.RoutedLayer.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.moe.RoutedLayer.Routed;
import dev.switchyard.engine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Mistakes of published code, each with a test that would show it here. */
final class RoutingTrapsTest {
  private static final int TOKENS = 12;

  @Test
  void jitterDoesNotLeakIntoTheExperts() {
    RoutedLayer layer = new RoutedLayer("exploration", "jitter", "router_jitter_noise", 0.5);
    Tensor x = layer.tokens(3, TOKENS);
    double[] before = layer.doubles(x);
    Routed routed = layer.train(x, TOKENS);
    int[] slot = layer.ints(routed.dispatch().slot());
    Tensor slots = routed.saved().experts().x().as(EXPERTS * TOKENS, WIDTH);
    for (int t = 0; t < TOKENS; t++) {
      assertThat(layer.row(slots, slot[t])).isEqualTo(layer.row(x, t));
    }
    assertThat(layer.doubles(x)).as("nor is it applied in place").containsExactly(before);
  }

  @Test
  void jitterMultipliesTheInputAndIsNotAddedToTheLogits() {
    // The paper's pseudo-code adds it to the logits, where even an empty token would get some.
    RoutedLayer layer = new RoutedLayer("exploration", "jitter", "router_jitter_noise", 0.5);
    Tensor x = layer.tokens(3, TOKENS);
    layer.backend.zero(x);
    Routed routed = layer.train(x, TOKENS);
    assertThat(layer.doubles(routed.saved().router().logits())).containsOnly(0.0);
  }

  @Test
  void queuesCountFromZeroAndTakeExactlyTheirCapacity() {
    // The paper's pseudo-code counts inclusively, so that an expert takes one token too few.
    RoutedLayer layer = new RoutedLayer();
    Tensor x = layer.tokens(3, TOKENS);
    layer.backend.zero(layer.router().value()); // all ask for expert 0
    for (int capacity = 1; capacity <= TOKENS; capacity++) {
      Routed routed = layer.train(x, capacity);
      int[] slot = layer.ints(routed.dispatch().slot());
      assertThat(Arrays.stream(slot).filter(s -> s >= 0).count()).isEqualTo(capacity);
      assertThat(layer.ints(routed.dispatch().position())).startsWith(0, 1, 2);
    }
  }

  @Test
  void droppedTokensAreNotCountedAsExpertZero() {
    RoutedLayer layer = new RoutedLayer();
    Tensor x = layer.tokens(3, TOKENS);
    Routed roomy = layer.train(x, TOKENS);
    int[] asked = layer.ints(roomy.saved().tally().counted());
    int[] expert = layer.ints(roomy.dispatch().expert());
    Routed crowded = layer.train(x, 1);
    assertThat(layer.ints(crowded.saved().tally().dropped())[0]).isGreaterThan(TOKENS / 2);
    assertThat(layer.ints(crowded.saved().tally().counted())).containsExactly(asked);
    assertThat(layer.ints(crowded.dispatch().expert())).containsExactly(expert);
  }

  @Test
  void aDroppedTokenGivesZeroAndNotItsGateTimesItself() {
    RoutedLayer layer = new RoutedLayer();
    Tensor x = layer.tokens(3, TOKENS);
    Routed routed = layer.train(x, 1);
    int[] slot = layer.ints(routed.dispatch().slot());
    double[] gate = layer.doubles(routed.dispatch().gate());
    for (int t = 0; t < TOKENS; t++) {
      if (slot[t] < 0) {
        assertThat(gate[t]).isGreaterThan(0.25);
        assertThat(layer.row(routed.y(), t)).containsOnly(0.0);
      }
    }
    assertThat(slot).contains(-1);
  }

  @Test
  void theBalanceIsThatBeforeTheCapacity() {
    RoutedLayer layer = new RoutedLayer("router_aux_loss_coef", 1);
    Tensor x = layer.tokens(3, TOKENS);
    assertThat(layer.losses(layer.train(x, 1))).isEqualTo(layer.losses(layer.train(x, TOKENS)));
  }

  @Test
  void theBalanceIsTheMeanOfTheGroupsAndNotThatOfTheWholeBatch() {
    RoutedLayer layer = new RoutedLayer("router_aux_loss_coef", 1);
    Tensor x = layer.tokens(3, TOKENS);
    double mean = 0;
    for (int g = 0; g < 3; g++) {
      mean += layer.losses(layer.train(x.part(4 * g, 4 * g + 4), 4)) / 3;
    }
    assertThat(layer.losses(layer.run(x, 3, 4, null, true, 7))).isCloseTo(mean, within(1e-12));
    assertThat(layer.losses(layer.train(x, TOKENS))).isNotCloseTo(mean, within(1e-3));
  }

  @Test
  void paddingThatIsLeftOutNeitherTakesRoomNorCounts() {
    RoutedLayer layer = new RoutedLayer("router_aux_loss_coef", 1, "router_z_loss_coef", 1);
    Tensor x = layer.tokens(3, TOKENS);
    int[] mask = {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
    Routed padded = layer.run(x, 1, 2, mask, true, 7);
    double losses = layer.losses(padded);
    int[] expert = layer.ints(padded.dispatch().expert());
    int[] slot = layer.ints(padded.dispatch().slot());
    Routed alone = layer.train(x.part(0, 7), 2);
    assertThat(losses).isCloseTo(layer.losses(alone), within(1e-12));
    assertThat(Arrays.copyOf(expert, 7)).containsExactly(layer.ints(alone.dispatch().expert()));
    assertThat(Arrays.copyOf(slot, 7)).containsExactly(layer.ints(alone.dispatch().slot()));
    assertThat(Arrays.copyOfRange(expert, 7, 12)).containsOnly(-1);
    assertThat(Arrays.copyOfRange(slot, 7, 12)).containsOnly(-1);
  }
}
