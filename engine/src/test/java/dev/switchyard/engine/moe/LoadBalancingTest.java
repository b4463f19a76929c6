package dev.switchyard.engine.moe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoadBalancingTest {
  @Test
  void isOneWhereTheLoadIsEven() {
    int[] asked = {5, 5, 5, 5};
    double[] sums = {5, 5, 5, 5};
    assertThat(LoadBalancing.loss(asked, sums, 4, 1)).isEqualTo(1);
  }

  @Test
  void isTheNumberOfExpertsWhereOneTakesAll() {
    assertThat(LoadBalancing.loss(new int[] {20, 0, 0, 0}, new double[] {20, 0, 0, 0}, 4, 1))
        .isEqualTo(4);
  }

  @Test
  void isTheMeanOverGroupsAndNotThatOfTheirSum() {
    // Each group sends all to an expert of its own: uneven in each, though even in all.
    int[] asked = {4, 0, 0, 4};
    double[] sums = {4, 0, 0, 4};
    assertThat(LoadBalancing.loss(asked, sums, 2, 1)).isEqualTo(2);
  }

  @Test
  void aGroupOfPaddingAloneCountsNothing() {
    assertThat(LoadBalancing.loss(new int[] {0, 0, 2, 2}, new double[] {0, 0, 2, 2}, 2, 1))
        .isEqualTo(0.5);
    assertThat(LoadBalancing.gradientFactors(new int[] {0, 4}, 2, 1, 0.01))
        .containsExactly(0f, (float) (0.01 * 2 / (2 * 16)));
  }

  @Test
  void isOneWhereSeveralChoicesATokenAreEven() {
    // 20 tokens with two experts each.
    assertThat(LoadBalancing.loss(new int[] {10, 10, 10, 10}, new double[] {5, 5, 5, 5}, 4, 2))
        .isEqualTo(1);
  }
}
