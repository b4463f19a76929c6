package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Schedules rise, hold and fall where they should. */
final class LearningRateTest {
  private static final double PEAK = 0.01;

  @Test
  void everyScheduleRisesLinearlyToThePeak() {
    for (String schedule : List.of("inverse_square_root", "constant", "linear")) {
      LearningRate rate = new LearningRate(schedule, PEAK, 100, 1000);
      assertThat(rate.at(1)).isCloseTo(PEAK / 100, within(1e-15));
      assertThat(rate.at(50)).isCloseTo(PEAK / 2, within(1e-15));
      assertThat(rate.at(100)).isEqualTo(PEAK);
    }
  }

  @Test
  void inverseSquareRootHalvesWhenTheStepsQuadruple() {
    LearningRate rate = new LearningRate("inverse_square_root", PEAK, 100, 1000);
    assertThat(rate.at(400)).isCloseTo(PEAK / 2, within(1e-15));
    assertThat(rate.at(1600)).isCloseTo(PEAK / 4, within(1e-15));
  }

  @Test
  void constantHoldsAndLinearFallsToZeroAtTheLastStep() {
    LearningRate constant = new LearningRate("constant", PEAK, 100, 1000);
    LearningRate linear = new LearningRate("linear", PEAK, 100, 1000);
    assertThat(constant.at(1000)).isEqualTo(PEAK);
    assertThat(linear.at(550)).isCloseTo(PEAK / 2, within(1e-15));
    assertThat(linear.at(1000)).isZero();
    assertThat(linear.at(2000)).isZero();
  }

  @Test
  void withoutWarmUpTheFirstStepHasThePeak() {
    for (String schedule : List.of("inverse_square_root", "constant")) {
      assertThat(new LearningRate(schedule, PEAK, 0, 10).at(1)).isEqualTo(PEAK);
    }
    assertThat(new LearningRate("linear", PEAK, 10, 10).at(10)).isEqualTo(PEAK);
  }
}
