package dev.switchyard.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SpeedUpTest {
  /** A model that loses a fixed amount with each step. */
  private static QualityCurve descent(int steps, double perStep, double secondsPerStep) {
    QualityCurve curve = new QualityCurve();
    for (int step = 1; step <= steps; step++) {
      curve.add(step, step * secondsPerStep, step * 100.0, 10 - step * perStep);
    }
    return curve;
  }

  @Test
  void aModelTwiceAsQuickReachesTheOthersQualityInHalfTheSteps() {
    SpeedUp.Result result = SpeedUp.between(descent(2000, 2e-3, 3), descent(2000, 1e-3, 2));
    // The smoothed curves lag 19 steps behind, the quicker one's no less than the other's.
    assertThat(result.steps()).isCloseTo(2, within(0.03));
    assertThat(result.time()).isCloseTo(2.0 * 2 / 3, within(0.03));
    assertThat(result.tokens()).isEqualTo(result.steps());
    assertThat(result.twinStep()).isEqualTo(2000);
  }

  @Test
  void aModelThatIsBehindIsMeasuredTheOtherWayRound() {
    SpeedUp.Result result = SpeedUp.between(descent(2000, 1e-3, 1), descent(2000, 2e-3, 1));
    assertThat(result.steps()).isCloseTo(0.5, within(0.01));
    assertThat(result.switchStep()).isEqualTo(2000);
  }

  @Test
  void withoutAStepThereIsNone() {
    assertThat(SpeedUp.between(new QualityCurve(), descent(10, 1e-3, 1))).isNull();
    assertThat(new SpeedUp().result()).isNull();
  }
}
