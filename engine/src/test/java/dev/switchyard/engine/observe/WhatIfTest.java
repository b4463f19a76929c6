package dev.switchyard.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.observe.RoutingDifference.Change;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import dev.switchyard.engine.observe.RoutingTrace.Row;
import dev.switchyard.engine.observe.WhatIf.ExpertIn;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WhatIfTest {
  private static final List<TokenText> TOKENS =
      List.of(
          new TokenText(5, "a", 0, 1), new TokenText(6, "b", 1, 2), new TokenText(7, "c", 2, 3));

  private static RoutingTrace trace(int[] expert, boolean[] kept, int[] best, double loss) {
    LayerRouting layer =
        new LayerRouting(
            "decoder.block.1",
            false,
            1,
            2,
            1,
            expert,
            new float[] {0.9f, 0.8f, 0.7f},
            new int[] {0, 0, 1},
            kept,
            new float[3][2],
            new int[] {1, 2},
            1);
    List<Prediction> predictions =
        List.of(
            new Prediction(TOKENS.get(1), 0.2, TOKENS.get(best[0]), 0.5),
            new Prediction(TOKENS.get(2), 0.2, TOKENS.get(best[1]), 0.5),
            new Prediction(null, 0, TOKENS.get(best[2]), 0.5));
    return new RoutingTrace(
        List.of(), TOKENS, List.of(layer), loss, 1, List.of(new Row(0, 0)), predictions);
  }

  @Test
  void aDifferenceSaysWhatBecameOfEachToken() {
    RoutingTrace before =
        trace(new int[] {0, 1, 1}, new boolean[] {true, true, false}, new int[] {1, 2, 0}, 2);
    RoutingTrace after =
        trace(new int[] {1, 1, 1}, new boolean[] {true, false, true}, new int[] {1, 0, 0}, 2.5);
    RoutingDifference difference = RoutingDifference.of(before, after);
    assertThat(difference.changes())
        .containsExactly(List.of(Change.REROUTED, Change.DROPPED, Change.KEPT));
    assertThat(difference.predictions()).containsExactly(1);
    assertThat(difference.crossEntropy()).isEqualTo(0.5);
    assertThat(difference.count(Change.KEPT)).isEqualTo(1);
    assertThat(difference.isNothing()).isFalse();
    assertThat(RoutingDifference.of(before, before).isNothing()).isTrue();
    assertThat(before.predictions())
        .extracting(Prediction::isRight)
        .containsExactly(true, true, false);
  }

  @Test
  void tracesOfOtherTextsAreNotCompared() {
    RoutingTrace one =
        trace(new int[] {0, 1, 1}, new boolean[] {true, true, true}, new int[] {1, 2, 0}, 2);
    RoutingTrace other = new RoutingTrace(List.of(), TOKENS.subList(0, 2), one.layers(), 2, 1);
    assertThatThrownBy(() -> RoutingDifference.of(one, other))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aForcedExpertTakesThePlaceOfAnotherInTheSameLayer() {
    WhatIf one = WhatIf.NOTHING.forced(new ExpertIn("encoder.block.1", 3));
    assertThat(one.forced(new ExpertIn("encoder.block.3", 4)).forced()).hasSize(2);
    assertThat(one.forced(new ExpertIn("encoder.block.1", 4)).forced())
        .containsExactly(new ExpertIn("encoder.block.1", 4));
    assertThat(one.forced(ExpertIn.everywhere(5)).forced()).containsExactly(ExpertIn.everywhere(5));
    assertThat(one.switchedOff(new ExpertIn("encoder.block.1", 3)).forced()).isEmpty();
    assertThat(one.released(new ExpertIn("encoder.block.1", 3)).isNothing()).isTrue();
  }

  @Test
  void aSeedAloneChangesNothing() {
    assertThat(WhatIf.NOTHING.withSeed(9).isNothing()).isTrue();
    assertThat(WhatIf.NOTHING.withJitter(0.1).isNothing()).isFalse();
  }
}
