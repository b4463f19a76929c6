package dev.switchyard.views.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.theme.Theme;
import java.util.HashSet;
import java.util.Set;
import javafx.scene.paint.Color;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ColorsTest {
  @ParameterizedTest
  @ValueSource(ints = {8, 32, 64, 128})
  void everyExpertHasAColourOfItsOwn(int experts) {
    Set<Color> colors = new HashSet<>();
    for (int e = 0; e < experts; e++) {
      colors.add(ExpertColors.of(e, experts));
    }
    assertThat(colors).hasSize(experts);
  }

  @Test
  void anExpertKeepsItsColourWhateverTheirNumber() {
    assertThat(ExpertColors.of(5, 8)).isEqualTo(ExpertColors.of(5, 32));
  }

  @Test
  void repeatedHuesDifferClearlyInLightness() {
    for (int e = 0; e < 8; e++) {
      double first = ExpertColors.luminance(ExpertColors.of(e, 32));
      double dark = ExpertColors.luminance(ExpertColors.of(e + 8, 32));
      double light = ExpertColors.luminance(ExpertColors.of(e + 16, 32));
      assertThat(first / dark).as("expert %d", e).isGreaterThan(1.8);
      assertThat(light / first).as("expert %d", e).isGreaterThan(1.15);
    }
  }

  @Test
  void numbersAreReadOnEveryColour() {
    for (int experts : new int[] {32, 128}) {
      for (int e = 0; e < experts; e++) {
        Color background = ExpertColors.of(e, experts);
        double a = ExpertColors.luminance(background) + 0.05;
        double b = ExpertColors.luminance(ExpertColors.textOn(background)) + 0.05;
        // WCAG asks 4.5 of small text.
        assertThat(Math.max(a, b) / Math.min(a, b)).as("expert %d", e).isGreaterThan(4.2);
      }
    }
  }

  @Test
  void aFairLoadIsWhiteAndTheEndsAreFarFromIt() {
    assertThat(ExpertColors.luminance(LoadColors.of(1))).isGreaterThan(0.9);
    assertThat(LoadColors.of(0).getBlue()).isGreaterThan(LoadColors.of(0).getRed() + 0.4);
    assertThat(LoadColors.of(3).getRed()).isGreaterThan(LoadColors.of(3).getBlue() + 0.6);
    assertThat(LoadColors.of(50)).isEqualTo(LoadColors.of(LoadColors.MOST));
  }

  /** How people without one kind of cone see linear red, green and blue (Machado et al. 2009). */
  private enum Sight {
    USUAL(1, 0, 0, 0, 1, 0, 0, 0, 1),
    PROTANOPIA(
        0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116,
        1.051998),
    DEUTERANOPIA(
        0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    TRITANOPIA(
        1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367,
        0.303900);

    private final double[] matrix;

    Sight(double... matrix) {
      this.matrix = matrix;
    }

    /** CIE L*a*b* of a colour as it is seen. */
    double[] lab(Color c) {
      double[] linear = {linear(c.getRed()), linear(c.getGreen()), linear(c.getBlue())};
      double[] seen = new double[3];
      for (int row = 0; row < 3; row++) {
        for (int i = 0; i < 3; i++) {
          seen[row] += matrix[3 * row + i] * linear[i];
        }
        seen[row] = Math.clamp(seen[row], 0, 1);
      }
      double x = bent((0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2]) / 0.9505);
      double y = bent(0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]);
      double z = bent((0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2]) / 1.089);
      return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    double difference(Color a, Color b) {
      double[] one = lab(a);
      double[] other = lab(b);
      return Math.sqrt(
          Math.pow(one[0] - other[0], 2)
              + Math.pow(one[1] - other[1], 2)
              + Math.pow(one[2] - other[2], 2));
    }

    private static double linear(double channel) {
      return channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4);
    }

    private static double bent(double t) {
      return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16.0 / 116;
    }
  }

  // A difference of 2.3 is just seen side by side; these are seen apart. An expert's number always
  // stands beside its colour, a run's name at the end of its line.
  private static final double EXPERTS_APART = 10;
  private static final double RUNS_APART = 15;

  @ParameterizedTest
  @EnumSource(Sight.class)
  void colourBlindPeopleTellExpertsApart(Sight sight) {
    for (int a = 0; a < 8; a++) {
      for (int b = 0; b < a; b++) {
        assertThat(sight.difference(ExpertColors.of(a, 8), ExpertColors.of(b, 8)))
            .as("experts %d and %d", a, b)
            .isGreaterThan(EXPERTS_APART);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sight.class)
  void colourBlindPeopleTellRunsApartInEveryTheme(Sight sight) {
    for (Theme theme : Theme.values()) {
      for (int a = 0; a < RunColors.distinct(); a++) {
        Color color = RunColors.of(a, theme.isDark());
        for (int b = 0; b < a; b++) {
          assertThat(sight.difference(color, RunColors.of(b, theme.isDark())))
              .as("runs %d and %d in %s", a, b, theme)
              .isGreaterThan(RUNS_APART);
        }
        // WCAG asks 3 of lines.
        assertThat(contrast(color, theme.colors().card()))
            .as("run %d in %s", a, theme)
            .isGreaterThan(3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sight.class)
  void whiteIsFarFromCrowdedAndFromStarvedForEveryEye(Sight sight) {
    double starved = 0;
    double crowded = 0;
    for (int i = 1; i <= 10; i++) {
      double less = sight.difference(LoadColors.of(1), LoadColors.of(1 - i / 10.0));
      double more = sight.difference(LoadColors.of(1), LoadColors.of(Math.pow(3, i / 10.0)));
      assertThat(less).as("load %.1f", 1 - i / 10.0).isGreaterThan(starved);
      assertThat(more).as("crowded %d", i).isGreaterThan(crowded);
      starved = less;
      crowded = more;
    }
    assertThat(sight.difference(LoadColors.of(0), LoadColors.of(3))).isGreaterThan(60);
  }

  private static double contrast(Color a, Color b) {
    double one = ExpertColors.luminance(a) + 0.05;
    double other = ExpertColors.luminance(b) + 0.05;
    return Math.max(one, other) / Math.min(one, other);
  }
}
