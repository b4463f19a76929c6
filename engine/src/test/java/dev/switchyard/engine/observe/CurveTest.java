package dev.switchyard.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class CurveTest {
  private static Curve curve(double[] steps, double[] mean) {
    return new Curve(steps, steps, steps, mean, mean, mean);
  }

  @Test
  void aConstantStaysWhatItIsAndGapsArePassedOver() {
    double[] steps = {1, 2, 3, 40, 41};
    double[] smooth = curve(steps, new double[] {2, 2, Double.NaN, 2, 2}).smoothed(7);
    assertThat(smooth).containsExactly(new double[] {2, 2, 2, 2, 2}, within(1e-15));
  }

  @Test
  void whatLiesAWindowBackWeighsAnEthOfTheNewest() {
    double[] steps = new double[400];
    double[] mean = new double[400];
    Arrays.setAll(steps, i -> i + 1);
    mean[399] = 1;
    double newest = curve(steps, mean).smoothed(10)[399];
    mean[399] = 0;
    mean[389] = 1;
    double older = curve(steps, mean).smoothed(10)[399];
    assertThat(older / newest).isCloseTo(Math.exp(-1), within(1e-12));
  }

  @Test
  void withoutAWindowItIsTheRawCurve() {
    double[] mean = {3, 1, 2};
    assertThat(curve(new double[] {1, 2, 3}, mean).smoothed(0)).isSameAs(mean);
  }

  @Test
  void operationsAreTokensTimesTheirCost() {
    Curve curve = curve(new double[] {1, 2}, new double[] {5, 4});
    assertThat(curve.along(Measure.FLOPS, 6e9)).containsExactly(6e9, 1.2e10);
  }
}
