package dev.switchyard.engine.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import org.junit.jupiter.api.Test;

final class ExpertCapacityTest {
  @Test
  void isTheFairShareTimesTheFactorRoundedDown() {
    assertThat(ExpertCapacity.of(1024, 16, 1.25, 4)).isEqualTo(80);
    assertThat(ExpertCapacity.of(100, 8, 1.25, 4)).isEqualTo(15);
  }

  @Test
  void isAtLeastTheSmallestAndAtMostTheGroup() {
    assertThat(ExpertCapacity.of(64, 64, 1.25, 4)).isEqualTo(4);
    assertThat(ExpertCapacity.of(64, 2, 100, 4)).isEqualTo(64);
  }

  @Test
  void groupsMustDivideTheTokens() {
    assertThat(ExpertCapacity.plan(96, 3, 8, 1, 1, "the batch").groupSize()).isEqualTo(32);
    assertThatThrownBy(() -> ExpertCapacity.plan(96, 5, 8, 1, 1, "the batch"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("routing_groups is 5")
        .hasMessageContaining("96 tokens");
  }
}
